# From no toggle to all of them, each a step by the factor that it gives; bars are its 99 % interval. What makes faster is
# filled and points up, what makes slower is hollow and points down, so that a print in grey tells them apart.
set ylabel 'factor of speed, none = 1'
set xlabel over_legend('toggles, switched on from left to right') offset 0, 0
set xtics rotate by -20
half = 0.3
set multiplot layout |Panel|, 1 title LeftOut font ',10' noenhanced
is_all(x) = stringcolumn("toggle") eq 'all'
do for [p = 1:|Panel|] {
    set xrange [*:*]; set yrange [*:*]
    set title title_of(Panel[p])
    # A panel is one block here.
    stats $data index p-1 using (column("gives")) name 'S' nooutput
    set xrange [-0.6:S_records - 0.4]
    # Factors multiply: where they are large, equal ones are equally high.
    stats $data index p-1 using (is_all(0) ? column("gives") : NaN) name 'A' nooutput
    if (A_max > 4) { set logscale y 2 } else { unset logscale y }
    # step() moves on, begins anew with row 0, and gives the x of the row if it is of that kind: 1 up, -1 down, 0 all.
    kind_of(x) = is_all(0) ? 0 : at < before ? -1 : 1
    step(kind) = (at = $0 == 0 ? 1.0 : at, before = is_all(0) ? 1.0 : at, at = before * column("gives"), \
                  kind == kind_of(0) ? $0 : NaN)
    point(x) = kind_of(0) == 0 ? 7 : kind_of(0) > 0 ? 9 : 11
    low(x) = before < at ? before : at
    high(x) = before < at ? at : before
    at = 1.0
    before = 1.0
    plot $data index p-1 using (step(1)):(at):($0 - half):($0 + half):(low(0)):(high(0)) \
        with boxxyerror linestyle 1 dashtype 1 linewidth 1 fillstyle solid 0.55 border title 'faster', \
        $data index p-1 using (step(-1)):(at):($0 - half):($0 + half):(low(0)):(high(0)) \
        with boxxyerror linestyle 2 dashtype 1 linewidth 2 fillstyle empty border title 'slower', \
        $data index p-1 using (step(0)):(at):($0 - half):($0 + half):(low(0)):(high(0)) \
        with boxxyerror linestyle 7 dashtype 1 linewidth 1 fillstyle solid 0.3 border title 'all together', \
        $data index p-1 using (step(0), is_all(0) ? NaN : $0 + half):(at):(1 - 2 * half):(0) \
        with vectors nohead linestyle 7 dashtype 1 linewidth 1 notitle, \
        $data index p-1 \
        using 0:(step(0), at):(before * column("gives_low")):(before * column("gives_high")):(point(0)):xticlabels(stringcolumn("toggle")) \
        with yerrorbars linewidth 2 pointtype variable pointsize 0.9 linecolor rgb '#707070' notitle, \
        1 linestyle 9 notitle
}
