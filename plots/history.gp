# A series over time: each point with its 95 % interval, the level between steps, and what is told of a step where it begins.
set xlabel 'points, the oldest first'
set offsets 0.5, 0.5, 0, 0
set ylabel 'time / time of the anchor'
unset key
set multiplot layout |Panel|, 1 title LeftOut font ',10' noenhanced
marked(x) = stringcolumn("mark") ne '' ? column("place") : NaN
do for [p = 1:|Panel|] {
    set title title_of(Panel[p])
    # A panel is one block here.
    set yrange [*:*]
    stats $data index p-1 using (column("ratio_low")):(column("ratio_high")) name 'S' nooutput
    low = S_min_x; high = S_max_y > S_min_x ? S_max_y : S_min_x + 0.01
    set yrange [low - 0.1 * (high - low):high + 0.25 * (high - low)]
    plot $data index p-1 using (column("place")):(column("ratio")):(column("ratio_low")):(column("ratio_high")) \
        with yerrorbars linestyle 1 dashtype 1 linewidth 1 pointsize 0.4, \
        $data index p-1 using (column("place")):(column("level")) with steps linestyle 2 dashtype 1, \
        $data index p-1 using (marked(0)):(low):(0):(column("level") - low) with vectors nohead linestyle 9, \
        $data index p-1 using (marked(0)):(column("level")):(stringcolumn("mark")) \
        with labels offset 0, 1 font ',11' noenhanced
}
