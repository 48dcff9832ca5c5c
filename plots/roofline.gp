# Speed over intensity beside the roofs of the same run, each with its name: read bandwidth times intensity, and the
# multiply-add peak of each level of instructions. A hot case reads from cache and may lie above the bandwidth of memory.
set xlabel over_legend('intensity: multiply-adds a byte of packed W, X and Y')
set ylabel 'GMAC/s'
set logscale xy
set multiplot layout |Panel|, 1 title LeftOut font ',10' noenhanced
macs(x) = column("m") * column("k") * column("n")
larger(a, b) = a > b ? a : b
array Roof[8]; array RoofName[8]
do for [p = 1:|Panel|] {
    set xrange [*:*]; set yrange [*:*]
    read = 0.0; peak = 0.0; roofs = 0; low = 1e300; high = 0.0; slowest = 1e300; fastest = 0.0
    do for [b = 1:Blocks] {
        if (here(b, p)) {
            stats $data index b-1 using (column("intensity")):(column("gmacs")) name 'S' nooutput
            low = S_min_x < low ? S_min_x : low
            high = larger(high, S_max_x)
            slowest = S_min_y < slowest ? S_min_y : slowest
            fastest = larger(fastest, S_max_y)
            stats $data index b-1 using (read = larger(column("roof_read_gbps"), read)) name 'S' nooutput
            stats $data index b-1 using (peak = larger(column("roof_gmacs"), peak)) name 'S' nooutput
            roof = 0.0
            stats $data index b-1 every ::0::0 \
                using (name = strcol("roof_instruction"), roof = larger(column("roof_gmacs"), 0.0)) name 'S' nooutput
            known = roof > 0.0 ? 0 : 1
            if (known == 0) { name = sprintf('%.3g GMAC/s %s', roof, name) }
            do for [r = 1:roofs] { known = known + (RoofName[r] eq name) }
            if (known == 0) { roofs = roofs + 1; Roof[roofs] = roof; RoofName[roofs] = name }
        }
    }
    set title title_of(Panel[p])
    low = low / 2.0; high = high * (roofs > 0 ? 1.3 : 2.0)
    # The last third of the width is for the names of the peaks.
    if (roofs > 0) { high = high * sqrt(high / low) }
    top = 3.0 * larger(peak, fastest)
    set xrange [low:high]
    set yrange [slowest / 2.0:top]
    ridge = read > 0 ? (peak > 0 && peak / read < high ? peak / read : high) : low
    # Where reading comes into the picture, and the middle of its line: its name ends there, as it rises to the right.
    enters = read > 0 ? larger(low, slowest / 2.0 / read) : low
    middle = sqrt(enters * ridge)
    unset arrow; unset label
    if (read > 0 && enters < ridge) {
        set arrow from enters, read * enters to ridge, read * ridge nohead linestyle 9
        if (log(middle / low) > 0.18 * log(high / low)) {
            set label sprintf('%.3g GB/s read', read) at middle, read * middle right offset 0, 0.7 font ',11'
        } else {
            set label sprintf('%.3g GB/s read', read) at graph 0.02, 0.96 font ',11'
        }
    }
    # Above the right end of each line; of lines that are close together side by side.
    do for [r = 1:roofs] {
        beside = 0
        do for [s = 1:r - 1] { beside = beside + (abs(log(Roof[r] / Roof[s])) < 0.07 * log(2.0 * top / slowest)) }
        set label RoofName[r] at graph 0.99 - 0.38 * beside, first Roof[r] right offset 0, 0.6 font ',11'
    }
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
