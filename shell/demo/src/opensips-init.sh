#!/bin/sh
# Init script of the SIP proxy on a lab host: Kamailio where it is installed, else systole's own small responder.
# It stops the process of its pid file, never one by name: a second proxy on the same host lives on.
pidfile=/run/opensips.pid
kamailio=/usr/sbin/kamailio

running() {
    [ -s "$pidfile" ] && kill -0 "$(cat "$pidfile")" 2>/dev/null
}

start() {
    running && return 0
    if [ -x "$kamailio" ]; then
        "$kamailio" -f /etc/opensips/kamailio.cfg -P "$pidfile" -m 8 -M 2 || return 1
    else
        setsid /usr/sbin/systole sip-responder --listen 0.0.0.0:5060 --pidfile "$pidfile" < /dev/null > /dev/null 2>&1 &
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
        [ "$tries" -ne 200 ] || kill -KILL "$pid" 2>/dev/null
        [ "$tries" -lt 250 ] || return 1
        sleep 0.01
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
