# Speed-up over threads beside the ideal, and efficiency, which is speed-up / threads; bars are 95 % intervals.
set xlabel over_legend('threads')
set key maxcols 2 font ',11' samplen 2 width 0
set multiplot layout |Panel|, 2 title LeftOut font ',10' noenhanced
do for [p = 1:|Panel|] {
    set xrange [*:*]; set yrange [*:*]
    most = 1
    do for [b = 1:Blocks] {
        if (here(b, p)) {
            stats $data index b-1 using (column("threads")) name 'S' nooutput
            most = S_max > most ? S_max : most
        }
    }
    set xrange [0.8:most + 0.2]
    set xtics 1, most > 16 ? most / 8 : 1
    set title Panel[p]
    set ylabel 'speed-up'
    set yrange [0:*]
    plot for [b = 1:Blocks] $data index b-1 \
        using (here(b, p) ? column("threads") : NaN):(column("speedup")):(column("speedup_low")):(column("speedup_high")) \
        with yerrorbars linestyle series_of(b) dashtype 1 linewidth 1 pointsize 0 notitle, \
        for [b = 1:Blocks] $data index b-1 using (here(b, p) ? column("threads") : NaN):(column("speedup")) \
        with linespoints linestyle series_of(b) title name_of(b, p), \
        x linestyle 9 title 'ideal'
    set title ' '
    set ylabel 'efficiency'
    set yrange [0:1.2 < *]
    plot for [b = 1:Blocks] $data index b-1 using (here(b, p) ? column("threads") : NaN):(column("efficiency")) \
        with linespoints linestyle series_of(b) title name_of(b, p), \
        1 linestyle 9 title 'ideal'
}
