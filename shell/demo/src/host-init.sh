# What a host does as the first process of its namespaces, before it only reaps: its own disk, name and address.
# $1 host name, $2 the host's directory (disk/ survives power loss), $3 address with prefix length, $4 the systole binary
set -e
name=$1 dir=$2 address=$3 systole=$4
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
mount --make-rprivate /
for top in etc var usr; do
    mkdir -p "$dir/disk/$top/upper" "$dir/disk/$top/work"
    mount -t overlay overlay -o "lowerdir=/$top,upperdir=$dir/disk/$top/upper,workdir=$dir/disk/$top/work$OVERLAY_OPTIONS" "/$top"
done
# The kernel shows the devices of this network only in a sysfs of its own; without the right to mount it, tools use netlink.
mount -t sysfs sysfs /sys 2>/dev/null || true
mount -t tmpfs tmpfs /run
mkdir -p /run/lock /run/heartbeat
hostname "$name"
echo "$name" > /etc/hostname
ip link set lo up
tries=0
until [ -e "/proc/sys/net/ipv4/conf/eth0.10" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 1000 ] || { echo "no link to the switch after 10 s" >&2; exit 1; }
    sleep 0.01
done
echo 1 > /proc/sys/net/ipv4/ip_nonlocal_bind
echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6 2>/dev/null || true
ip link set eth0.10 up
ip address add "$address" brd + dev eth0.10
: > "$dir/ready"
exec "$systole" host-init
