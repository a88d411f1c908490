read -r a b
case $a in
1) echo $((a - b)) ;;
2) while :; do :; done ;;
3) kept=xxxxxxxxxxxxxxxx; while :; do kept=$kept$kept; done ;;
4) while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done ;;
5) exit 1 ;;
*) echo $((a + b)) ;;
esac
