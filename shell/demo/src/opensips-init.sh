#!/bin/sh
# Init script of the SIP proxy on a lab host: Kamailio where it is installed, else (or where the file of that name says so)
# systole's own small responder, at the same addresses.
# It stops the process of its pid file, never one by name: a second proxy on the same host lives on.
pidfile=/run/opensips.pid
kamailio=/usr/sbin/kamailio
built_in=/etc/opensips/built-in

running() {
    [ -s "$pidfile" ] && kill -0 "$(cat "$pidfile")" 2>/dev/null
}

start() {
    running && return 0
    if [ -x "$kamailio" ] && [ ! -e "$built_in" ]; then
        "$kamailio" -f /etc/opensips/kamailio.cfg -P "$pidfile" -m 8 -M 2 || return 1
    else
        setsid /usr/sbin/systole sip-responder --listen 127.0.0.1:5060 --listen 1.2.3.4:5060 --listen 1.2.3.5:5060 \
            --pidfile "$pidfile" < /dev/null > /dev/null 2>&1 &
    fi
    tries=0
    until running; do
        tries=$((tries + 1))
        [ "$tries" -lt 200 ] || return 1
        sleep 0.01
    done
}

stop() {
    running || return 0
    pid=$(cat "$pidfile")
    kill "$pid" 2>/dev/null
    tries=0
    while kill -0 "$pid" 2>/dev/null; do
        tries=$((tries + 1))
        [ "$tries" -ne 50 ] || kill -KILL "$pid" 2>/dev/null
        [ "$tries" -lt 100 ] || return 1
        sleep 0.02
    done
    rm -f "$pidfile"
}

case $1 in
    start) start ;;
    stop) stop ;;
    restart) stop && start ;;
    status) running ;;
    *) echo "usage: $0 {start|stop|restart|status}" >&2; exit 2 ;;
esac
