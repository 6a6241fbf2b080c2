# One connection: `hello`, `get` of the file `big`, or `put LENGTH` and so many bytes, answered by their sum.
read -r verb length
case $verb in
hello) echo "reached $(uname -n)" ;;
get) cat big ;;
put) head -c "$length" | sha256sum ;;
esac
