# The change of time of each case of a gate, with its 99 % interval; between the dashed lines lies what does not count.
set xlabel 'change of time from BASE to CAND, %; above 0 is slower'
unset ylabel
unset key
set lmargin at screen 0.44
set multiplot layout 1, 1 title LeftOut font ',10' noenhanced
# Ids without what most of them have in common; of long ones the middle is left out, as threads and cache stand at the end.
without(id, usual) = strstrt(id, usual) ? id[1:strstrt(id, usual) - 1].id[strstrt(id, usual) + strlen(usual):] : id
plain(id) = without(without(id, 'w=random,x=random,p0=0.42,seed=1/'), 'w=random,x=random,')
short(id) = strlen(plain(id)) > 38 ? plain(id)[1:24].'~'.plain(id)[strlen(plain(id)) - 12:] : plain(id)
stats $data index 0 using (column("delta")) name 'D' nooutput
delta = 100 * D_max
set arrow 1 from first 0, graph 0 to first 0, graph 1 nohead linewidth 1
stats $data index 0 using (column("change")) name 'N' nooutput
set xrange [* < -1.2 * delta:1.2 * delta < *]
set yrange [N_records - 0.3:-0.7]
set ytics font ',10'
set grid noytics
plot for [side in '1 -1'] $data index 0 \
    using (side * 100*column("delta")):($0 - 0.5):(0):(1) with vectors nohead linestyle 9 notitle, \
    $data index 0 \
    using (100*column("change")):0:(100*column("low")):(100*column("high")):yticlabels(short(stringcolumn("id"))) \
    with xerrorbars linestyle 1 dashtype 1 notitle
