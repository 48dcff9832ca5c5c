# Speed over the share of zeros in W: where a kernel that looks for patterns passes one that does not. Bars are the 95 %
# interval of the median.
set xlabel over_legend('share of zeros in W, P(0)')
set ylabel 'GMAC/s'
set logscale y
macs(x) = column("m") * column("k") * column("n")
set multiplot layout |Panel|, 1 title LeftOut font ',10' noenhanced
do for [p = 1:|Panel|] {
    set title title_of(Panel[p])
    plot for [b = 1:Blocks] $data index b-1 \
        using (here(b, p) ? column("p0") : NaN):(column("gmacs")):(macs(0) / column("high_ns")):(macs(0) / column("low_ns")) \
        with yerrorbars linestyle series_of(b) dashtype 1 linewidth 1 pointsize 0 notitle, \
        for [b = 1:Blocks] $data index b-1 using (here(b, p) ? column("p0") : NaN):(column("gmacs")) \
        with linespoints linestyle series_of(b) title name_of(b, p)
}
