# shellcheck shell=bash
# A machine for the book's commands: the folders that the book names are its own,
# and all others are read-only. $work/registry-start and -stop are its registry, a real
# one, at http://127.0.0.1:5000 without and at https://registry.example.com with
# tokens, which https://auth.example.com:8443 gives.

# shellcheck source=tests/e2e/stock.bash
. "${BASH_SOURCE[0]%/*}/../e2e/stock.bash"

checkout=$(readlink -f "$here/../..")
root=/var/lib/registry

# own FOLDER...: what is written there is gone with this machine
own() {
  local folder
  for folder; do
    mkdir -p "$work/own$folder"
    mount --bind "$work/own$folder" "$folder"
  done
}

set_up_machine() {
  cp -a /etc "$work/etc" 2>/dev/null || true  # whoever may not read all of it
  mount --bind "$work/etc" /etc
  own /var/lib /var/tmp /srv /run /usr/local
  mkdir /usr/local/bin
  # Nothing that a page says harms the machine that this runs on.
  export TMPDIR=${TMPDIR:-/tmp}
  mount --bind "$TMPDIR" "$TMPDIR"
  mount --options remount,bind,ro /
  ip link set lo up
  cp "$DREGS" /usr/local/bin/dregs
  ln -s "$checkout"/window/dregs-{window,smoke-test} /usr/local/bin
  ln -s "$checkout"/tests/book/stand-ins/* /usr/local/bin
  # What stands in /bin of the official image, for who has not put dregs before it.
  mkdir "$work/last"
  ln -s "$(type -P docker-registry)" "$work/last/registry"
  export PATH=$PATH:$work/last
  set_up_hosts
  set_up_registry
}

set_up_hosts() {
  local name
  echo 127.0.0.1 registry.example.com auth.example.com >>/etc/hosts
  mkdir "$work/issuer"
  for name in tls signer; do
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$name" \
      -addext 'subjectAltName=DNS:registry.example.com,DNS:auth.example.com' \
      -keyout "$work/issuer/$name.key" -out "$work/issuer/$name.pem" 2>/dev/null
  done
  cat "$work/issuer/tls.pem" >>/etc/ssl/certs/ca-certificates.crt
  echo 300 >"$work/issuer/lifetime"
  "$here/token_server" 8443 "$work/issuer" 2>>"$work/server.log" &
  echo $! >"$work/issuer/pid"
}

set_up_registry() {
  registry=127.0.0.1:5000
  mkdir -p /etc/docker/registry
  write_config "$root" ""
  cp "$work/config.yml" /etc/docker/registry/config.yml
  registry=registry.example.com:443
  write_config "$root" "auth: {token: {realm: 'https://auth.example.com:8443/token',
    service: registry, issuer: tests, rootcertbundle: $work/issuer/signer.pem}}"
  sed -i "s|^http: {|&tls: {certificate: $work/issuer/tls.pem, key: $work/issuer/tls.key}, |" \
    "$work/config.yml"
  mv "$work/config.yml" "$work/tokens.yml"
  registry=127.0.0.1:5000
  export BOOK=$work
  cat >"$work/registry-start" <<'END'
#!/bin/bash
[[ ! -e $BOOK/serves ]] || exit 0
for config in /etc/docker/registry/config.yml "$BOOK/tokens.yml"; do
  setsid docker-registry serve "$config" >>"$BOOK/server.log" 2>&1 </dev/null &
  echo $! >>"$BOOK/serves"
done
for url in http://127.0.0.1:5000 https://registry.example.com; do
  until curl -so /dev/null "$url/v2/"; do sleep 0.05; done
done
END
  cat >"$work/registry-stop" <<'END'
#!/bin/bash
[[ -e $BOOK/serves ]] || exit 0
for pid in $(<"$BOOK/serves"); do
  kill "$pid"
  # What nobody has buried yet has no program any more.
  while [[ -e /proc/$pid/exe ]]; do sleep 0.02; done
done
rm "$BOOK/serves"
END
  chmod +x "$work"/registry-{start,stop}
}

# The images that the book talks about, among others.
fill_book_registry() {
  "$work/registry-start"
  stock_registry
  use_registry
  push app-2.0 team/app:v1 --format v2s2
  push web-stable team/app:pr-1
  push web-edge team/app:pr-2
  push app-1.0 team/old-app:1.0
  "$work/registry-stop"
  mv "$root" "$work/stock"
  mkdir /srv/backup
  ln -s "$work/stock" /srv/backup/registry
}

# new_page: the registry stopped and as it was filled, and a folder to work in
new_page() {
  "$work/registry-stop"
  rm -rf "$root" "$work/page" /etc/dregs /var/lib/dregs /usr/local/bin/registry \
    /etc/systemd/system/dregs-window.* /srv/registry
  cp -a "$work/stock" "$root"
  mkdir -p "$work/page" /var/lib/prometheus/node-exporter /var/lib/dregs /etc/dregs
  echo right >/etc/dregs/password
  ln -s "$checkout"/{deploy,window,scripts,Dockerfile} "$work/page"
}

turn_off_machine() {
  "$work/registry-stop" || true
  kill "$(<"$work/issuer/pid")" 2>/dev/null || true
}
