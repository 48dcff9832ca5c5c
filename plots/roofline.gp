# Speed over intensity beside the roofs of the same run: read bandwidth times intensity, and the multiply-add peak of
# each level of instructions. A hot case reads from cache and may lie above the bandwidth of memory.
set xlabel over_legend('intensity: multiply-adds a byte of packed W, X and Y')
set ylabel 'GMAC/s'
set logscale xy
set multiplot layout |Panel|, 1 title LeftOut font ',10' noenhanced
macs(x) = column("m") * column("k") * column("n")
larger(a, b) = a > b ? a : b
do for [p = 1:|Panel|] {
    set xrange [*:*]; set yrange [*:*]
    read = 0.0; peak = 0.0; low = 1e300; high = 0.0; slowest = 1e300; fastest = 0.0
    do for [b = 1:Blocks] {
        if (here(b, p)) {
            stats $data index b-1 using (column("intensity")):(column("gmacs")) name 'S' nooutput
            low = S_min_x < low ? S_min_x : low
            high = larger(high, S_max_x)
            slowest = S_min_y < slowest ? S_min_y : slowest
            fastest = larger(fastest, S_max_y)
            stats $data index b-1 using (read = larger(column("roof_read_gbps"), read)) name 'S' nooutput
            stats $data index b-1 using (peak = larger(column("roof_gmacs"), peak)) name 'S' nooutput
        }
    }
    set title Panel[p]
    low = low / 2.0; high = high * 2.0
    top = 3.0 * larger(peak, fastest)
    set xrange [low:high]
    set yrange [slowest / 2.0:top]
    ridge = read > 0 ? (peak > 0 && peak / read < high ? peak / read : high) : low
    set arrow 1 from low, larger(read * low, slowest / 2.0) to ridge, larger(read * ridge, slowest / 2.0) \
        nohead linestyle 9
    set label 1 (read > 0 ? sprintf('memory reads %.3g GB/s', read) : '') at graph 0.02, 0.96 font ',11'
    plot for [b = 1:Blocks] $data index b-1 every ::0::0 \
        using (here(b, p) ? low : NaN):(column("roof_gmacs")):(high - low):(0) \
        with vectors nohead linestyle 9 notitle, \
        for [b = 1:Blocks] $data index b-1 \
        using (here(b, p) ? column("intensity") : NaN):(column("gmacs")):(macs(0) / column("high_ns")):(macs(0) / column("low_ns")) \
        with yerrorbars linestyle series_of(b) dashtype 1 linewidth 1 pointsize 0 notitle, \
        for [b = 1:Blocks] $data index b-1 using (here(b, p) ? column("intensity") : NaN):(column("gmacs")) \
        with points linestyle series_of(b) title name_of(b, p), \
        NaN linestyle 9 title 'measured limits'
}
