#!/bin/sh
# An OCF agent for the endurance run: the resource is a file that only its host's memory holds, so that anybody can see from
# outside who runs it. Starting and stopping take the time that a small daemon takes.
mark=/run/endure-$OCF_RESOURCE_INSTANCE
case $1 in
meta-data)
    cat << 'END'
<?xml version="1.0"?>
<resource-agent name="Mark">
  <version>1.0</version>
  <longdesc lang="en">A file in the host's memory.</longdesc>
  <shortdesc lang="en">a mark</shortdesc>
  <parameters/>
  <actions>
    <action name="start" timeout="20s"/>
    <action name="stop" timeout="20s"/>
    <action name="monitor" timeout="20s" interval="2s"/>
    <action name="meta-data" timeout="5s"/>
  </actions>
</resource-agent>
END
    ;;
start) sleep 0.05 && : > "$mark" ;;
stop) sleep 0.05 && rm -f "$mark" ;;
monitor) [ -e "$mark" ] || exit 7 ;;
*) exit 3 ;;
esac
