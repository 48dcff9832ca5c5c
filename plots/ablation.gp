# From no toggle to all of them, each a step by the factor that it gives; bars are its 99 % interval.
set ylabel 'factor of speed, none = 1'
set xlabel 'toggles, switched on from left to right'
set style fill solid 0.55 border
set boxwidth 0.6
set xtics rotate by -20
unset key
set multiplot layout |Panel|, 1 title LeftOut font ',10' noenhanced
is_all(x) = stringcolumn("toggle") eq 'all'
do for [p = 1:|Panel|] {
    set xrange [*:*]; set yrange [*:*]
    set title Panel[p]
    # A panel is one block here.
    stats $data index p-1 using (column("gives")) name 'S' nooutput
    set xrange [-0.6:S_records - 0.4]
    # Factors multiply: where they are large, equal ones are equally high.
    stats $data index p-1 using (is_all(0) ? column("gives") : NaN) name 'A' nooutput
    if (A_max > 4) { set logscale y 2 } else { unset logscale y }
    at = 1.0
    before = 1.0
    # step(0) moves on and gives the height before the step; the bar then ends at `at`.
    step(x) = (before = is_all(0) ? 1.0 : at, at = before * column("gives"), before)
    plot $data index p-1 \
        using 0:(at = $0 == 0 ? 1.0 : at, step(0)):(before < at ? before : at):(before > at ? before : at):(at):xticlabels(stringcolumn("toggle")) \
        with candlesticks linestyle 1 dashtype 1 linewidth 1 notitle, \
        $data index p-1 \
        using 0:(at = $0 == 0 ? 1.0 : at, step(0), at):(before * column("gives_low")):(before * column("gives_high")) \
        with yerrorbars linewidth 2 pointtype 7 pointsize 0.6 linecolor rgb '#707070' notitle, \
        1 linestyle 9 notitle
}
