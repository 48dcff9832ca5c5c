# Speed over the size of the product, one line a kernel; bars are the 95 % interval of the median.
set xlabel over_legend('multiply-adds a call (M x K x N)')
set ylabel 'GMAC/s'
set logscale xy
set termoption enhanced
set format x '10^{%L}'
macs(x) = column("m") * column("k") * column("n")
set multiplot layout |Panel|, 1 title LeftOut font ',10' noenhanced
do for [p = 1:|Panel|] {
    set title title_of(Panel[p])
    plot for [b = 1:Blocks] $data index b-1 \
        using (here(b, p) ? macs(0) : NaN):(column("gmacs")):(macs(0) / column("high_ns")):(macs(0) / column("low_ns")) \
        with yerrorbars linestyle series_of(b) dashtype 1 linewidth 1 pointsize 0 notitle, \
        for [b = 1:Blocks] $data index b-1 using (here(b, p) ? macs(0) : NaN):(column("gmacs")) \
        with linespoints linestyle series_of(b) title name_of(b, p)
}
