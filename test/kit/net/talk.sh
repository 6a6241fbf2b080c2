# talk.sh HOST PORT [tcp|hello]: asks a server by TCP and UDP, and moves the file `big` both ways; says how it went.
# tcp: not by UDP; hello: only asks by TCP.
host=$1 port=$2 only=${3:-}

# Whoever leads to a server may answer before the server itself does.
hello() {
  exec 3<>"/dev/tcp/$host/$port" && echo hello >&3 && read -r answer <&3 && [ -n "$answer" ]
}
for try in $(seq 200); do
  hello && break
  sleep 0.1
done 2>/dev/null
echo "tcp: $answer"
[ "$only" != hello ] || exit 0

# One read a datagram: bash itself reads byte by byte, and the rest is lost.
ask_by_udp() {
  exec 3<>"/dev/udp/$host/$port"
  for try in 1 2 3 4 5; do
    echo "datagram $try" >&3
    answer=$(timeout 2 dd bs=2048 count=1 <&3 2>/dev/null) && break
  done
  echo "udp: ${answer% *}"
}
[ "$only" = tcp ] || ask_by_udp

exec 3<>"/dev/tcp/$host/$port"
echo get >&3
echo "get: $(sha256sum <&3)"

exec 3<>"/dev/tcp/$host/$port"
echo "put $(wc -c <big)" >&3
cat big >&3
read -r answer <&3
echo "put: $answer"
