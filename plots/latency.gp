# Time of each decoded token over its position; lines are the median and the 99th percentile of all steps.
set xlabel over_legend('position of the token')
set ylabel 'ms a token'
set multiplot layout |Panel|, 1 title LeftOut font ',10' noenhanced
do for [p = 1:|Panel|] {
    set title title_of(Panel[p])
    set yrange [0:*]
    plot for [b = 1:Blocks] $data index b-1 using (here(b, p) ? column("position") : NaN):(column("step_ms")) \
        with points linestyle series_of(b) pointsize 0.4 title name_of(b, p), \
        for [b = 1:Blocks] $data index b-1 using (here(b, p) ? column("position") : NaN):(column("step_median_ms")) \
        with lines linestyle series_of(b) title here(b, p) ? 'median' : '', \
        for [b = 1:Blocks] $data index b-1 using (here(b, p) ? column("position") : NaN):(column("step_p99_ms")) \
        with lines linestyle series_of(b) dashtype 3 linewidth 1 title here(b, p) ? '99th percentile' : ''
}
