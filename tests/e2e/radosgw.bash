# shellcheck shell=bash
# A Ceph of one node for a test: one monitor, one OSD in memory, and radosgw,
# which speaks S3 on loopback. Up in 20 seconds, with 130 MiB, in the folder $work
# of registry.bash.

s3_key=dregs s3_secret=dregs-secret
s3_endpoint="" # http://127.0.0.1:PORT once it is up

radosgw_is_installed() {
  command -v radosgw ceph-mon ceph-osd ceph monmaptool >/dev/null
}

# No systemd, no authentication between its parts, one placement group a pool.
write_ceph_conf() {
  cat >"$CEPH_CONF" <<END
[global]
fsid = $(cat /proc/sys/kernel/random/uuid)
mon host = [v1:127.0.0.1:$1]
auth cluster required = none
auth service required = none
auth client required = none
run dir = $ceph/run
admin socket = $ceph/run/\$name.\$pid.asok
log file = $ceph/log/\$name.log
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
mon warn on pool no redundancy = false
mon data avail crit = 1
ms bind msgr2 = false
ms bind ipv4 = true
public addr = 127.0.0.1
cluster addr = 127.0.0.1
[mon.a]
mon data = $ceph/mon
mon cluster log file = $ceph/log/cluster.log
[osd.0]
osd data = $ceph/osd
osd objectstore = memstore
memstore device bytes = 8589934592
memstore page set = false
osd class load list = *
osd class default list = *
[client.rgw.a]
rgw frontends = beast endpoint=127.0.0.1:$2 tcp_nodelay=1
rgw dns name = localhost
rgw enable usage log = false
END
}

# Runs a daemon of Ceph and remembers its process id.
ceph_daemon() {
  local name=$1
  shift
  "$@" >"$ceph/log/$name.out" 2>&1 </dev/null &
  ceph_pids=($! "${ceph_pids[@]}")
}

# Tries a command until it works, for two minutes at most. Where Ceph's own
# parts do not start, nothing of dregs can be tried on it.
wait_for() {
  local end=$((SECONDS + 120))
  until "$@" >/dev/null 2>&1 </dev/null; do
    ((SECONDS < end)) ||
      skip "Ceph does not start here, this did not come to work: $*; $(last_words)"
    sleep 0.2
  done
}

# What the daemons said last, and what became of them.
last_words() {
  local pid
  for pid in "${ceph_pids[@]}"; do
    kill -0 "$pid" 2>/dev/null || echo "process $pid has ended"
  done
  tail -n 6 "$ceph"/log/{mon,osd,rgw}.out "$ceph/log/osd.0.log" 2>/dev/null || true
}

osd_is_up() { [[ $(ceph osd stat) == *'1 up'* ]]; }

start_radosgw() {
  local port=$((17400 + RANDOM % 500)) monitor=$((16800 + RANDOM % 500))
  local id osd
  ceph=${work:?}/ceph ceph_pids=()
  export CEPH_CONF=$ceph/ceph.conf CEPH_ARGS=''
  mkdir -p "$ceph"/{mon,osd,log,run}
  write_ceph_conf "$monitor" "$port"
  id=$(sed -n 's/^fsid = //p' "$CEPH_CONF")
  monmaptool --create --fsid "$id" --addv a "[v1:127.0.0.1:$monitor]" \
    "$ceph/monmap" >"$ceph/log/made"
  ceph-mon -i a --mkfs --monmap "$ceph/monmap" --keyring /dev/null \
    >>"$ceph/log/made" 2>&1
  touch "$ceph/mon/keyring"
  ceph_daemon mon ceph-mon -i a -f
  wait_for ceph --connect-timeout 2 mon stat
  osd=$(cat /proc/sys/kernel/random/uuid)
  wait_for ceph osd new "$osd" 0
  ceph-osd -i 0 --mkfs --osd-uuid "$osd" >>"$ceph/log/made" 2>&1 </dev/null
  ceph osd crush add osd.0 1.0 root=default host=localhost \
    >>"$ceph/log/made" 2>&1 </dev/null
  ceph_daemon osd ceph-osd -i 0 -f
  wait_for osd_is_up
  ceph_daemon rgw radosgw -n client.rgw.a -f
  s3_endpoint=http://127.0.0.1:$port
  wait_for curl -s -o "$ceph/log/answer" "$s3_endpoint/"
  radosgw-admin -n client.rgw.a user create --uid=dregs --display-name=dregs \
    --access-key="$s3_key" --secret-key="$s3_secret" --max-buckets=0 \
    >"$ceph/log/user" 2>&1 </dev/null
}

stop_radosgw() {
  local pid
  for pid in "${ceph_pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${ceph_pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  ceph_pids=()
}
