//! Files of the administrator.

use messaging::authkeys::{AuthKeys, FileMode};
use messaging::config::Config;
use messaging::witness::Grant;

pub(super) fn ha_cf() -> Vec<Vec<u8>> {
    let texts = [
        "udpport 700\nbcast eth1.7\nnode left right\ncrm on\n",
        "keepalive 100ms\ndeadtime 500ms\nwarntime 250 ms\ninitdead 12\nucast eth0 10.0.0.2\nmcast eth3 239.1.2.3 700 1 0\nnode a,b c\ncrm respawn\nlogfacility local0\nlogfile /var/log/ha-log\n",
        "cluster berlin # a comment\nmcast6 eth0 ff05::1:694 694 1 0\nucast6 eth0 fd00::2\nnode a\nnode b\ncrm yes\nwatchdog /dev/watchdog\nrealtime on\nrtprio 50\nhbgenmethod time\nenv SITE=berlin\nwitness 192.0.2.7:700\n",
        "quorum last-man-standing\ntie_breaker c\nnode a b c\nbcast eth0 eth1\ncrm on\nwait_for_all on\ndebug 1\nautojoin none\nserial /dev/ttyS0\nping 10.0.0.1\nauto_failback on\n",
    ];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}

pub(super) fn read_ha_cf(bytes: &[u8]) {
    match Config::parse("ha.cf", &String::from_utf8_lossy(bytes)) {
        Ok(config) => {
            assert!(!config.nodes.is_empty() && !config.media.is_empty(), "an accepted file has nodes and media");
            assert!(config.timing.deadtime > 2 * config.timing.keepalive, "an accepted file has times that fit");
            assert!(config.witness.is_none_or(|_| config.nodes.len() % 2 == 0), "a witness has halves to decide on");
            let _ = config.own_name("ha.cf", config.nodes[0].as_str()).expect("each node is a node");
        }
        Err(rejected) => assert!(!rejected.to_string().is_empty(), "a refusal says why"),
    }
}

pub(super) fn authkeys() -> Vec<Vec<u8>> {
    let texts = [
        "auth 1\n1 sha256 a-long-secret\n",
        "# rotation\nauth 2\n1 sha1 Old Secret!\n2 sha512 new\n3 crc\n",
        "auth 3\n3 md5 x\n2 crc\n1 sha256 y # z\n",
    ];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}

pub(super) fn read_authkeys(bytes: &[u8]) {
    let mode = FileMode { mode: 0o600, owner: 0, own_user: 0 };
    if let Ok(keys) = AuthKeys::parse("authkeys", &String::from_utf8_lossy(bytes), mode) {
        assert_eq!(keys.key(keys.active().number).map(|key| key.number), Some(keys.active().number));
    }
}

pub(super) fn grants() -> Vec<Vec<u8>> {
    let empty = Grant::default();
    let mut grant = empty.clone();
    for (name, incarnation) in [("left", 1_800_000_000), ("right", 7)] {
        let incarnation = messaging::contract::Incarnation(incarnation);
        grant.holder.push(messaging::contract::Member { name: name.into(), incarnation });
        grant.lease = std::time::Duration::from_secs(2);
    }
    vec![empty.to_string().into_bytes(), grant.to_string().into_bytes()]
}

pub(super) fn read_grant(bytes: &[u8]) {
    if let Some(grant) = Grant::parse(&String::from_utf8_lossy(bytes)) {
        assert_eq!(Grant::parse(&grant.to_string()), Some(grant), "what was read is written and read again");
    }
}
