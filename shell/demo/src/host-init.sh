# What a host does as the first process of its namespaces, before it only reaps: its own disk, name and address.
# $1 host name, $2 the host's directory (disk/ survives power loss), $3 address with prefix length, $4 the systole binary;
# OVERLAY_OPTIONS has what an overlay in a user namespace needs.
set -e
name=$1 dir=$2 address=$3 systole=$4
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH

# The first layer of the host's disk, over that of the machine. In a user namespace the directories of the machine's root
# stay unwritable under an overlay, too; but a directory that is ours in the upper layer lends its owner to the merged one,
# so that each directory which gets files is made there beforehand. What a cluster of the machine itself has left behind
# (identity, configuration) is none of this host's: a whiteout below the upper layer hides it.
new_disk() {
    for path in etc/ha.d etc/init.d etc/opensips usr/bin usr/sbin usr/lib/heartbeat usr/lib/systemd/system \
        usr/lib/ocf/lib/heartbeat usr/lib/ocf/resource.d/heartbeat usr/lib/ocf/resource.d/anders.com \
        var/cache var/lib/heartbeat var/log var/spool var/tmp; do
        mkdir -p "$dir/disk/${path%%/*}/upper/${path#*/}"
    done
    for path in etc/ha.d var/lib/heartbeat; do
        mkdir -p "$dir/disk/${path%%/*}/hidden/$(dirname "${path#*/}")"
        mknod "$dir/disk/${path%%/*}/hidden/${path#*/}" c 0 0
    done
    for top in etc var usr; do
        mkdir -p "$dir/disk/$top/hidden" "$dir/disk/$top/work"
    done
}

mount --make-rprivate /
[ -d "$dir/disk/etc" ] || new_disk
for top in etc var usr; do
    disk=$dir/disk/$top
    mount -t overlay overlay -o "lowerdir=$disk/hidden:/$top,upperdir=$disk/upper,workdir=$disk/work$OVERLAY_OPTIONS" "/$top"
done
# The kernel shows the devices of this network only in a sysfs of its own; without the right to mount it, tools use netlink.
mount -t sysfs sysfs /sys 2>/dev/null || true
mount -t tmpfs tmpfs /run
mkdir -p /run/lock /run/heartbeat
hostname "$name"
# Anew instead of over the old one: in a user namespace a file of the machine's root can be replaced, but not changed.
rm -f /etc/hostname
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
