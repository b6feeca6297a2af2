# bench/growth.gp: draws bench/results/growth.tsv (bench/growth.sh): gnuplot -e "table='...'; picture='...'" bench/growth.gp
set terminal svg size 900,360 font 'sans,13' background '#ffffff' name 'growth'
set output picture
set datafile separator '\t'
set datafile commentschars '#'
set key top left
set logscale xy
set grid
set format x '%.0s %c'
set xlabel 'tokens'
set multiplot layout 1,2
set ylabel 'CPU seconds'
plot table using 2:3 skip 1 with linespoints linewidth 2 pointtype 7 title 'in memory', \
     table using 2:5 skip 1 with linespoints linewidth 2 pointtype 5 title '--memory 64M', \
     table using 2:($2 / 4e6) skip 1 with lines dashtype 2 linecolor 'gray' title 'linear'
set ylabel 'peak RSS, MiB'
plot table using 2:4 skip 1 with linespoints linewidth 2 pointtype 7 title 'in memory', \
     table using 2:6 skip 1 with linespoints linewidth 2 pointtype 5 title '--memory 64M', \
     table using 2:($2 / 4e4) skip 1 with lines dashtype 2 linecolor 'gray' title 'linear'
unset multiplot
