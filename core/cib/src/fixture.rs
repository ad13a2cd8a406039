//! A small CIB of each syntax for tests: a web server, its address and two hosts.

/// In the syntax of Heartbeat 2.1; without versions and status, as people write it by hand. One element a line.
pub(crate) const HEARTBEAT: &str = r##"<cib>
 <configuration>
  <crm_config>
   <cluster_property_set id="options">
    <attributes>
     <nvpair id="o-short" name="short_resource_names" value="true"/>
     <nvpair id="o-stick" name="default-resource-stickiness" value="20"/>
     <nvpair id="o-fail" name="default_resource_failure_stickiness" value="-5"/>
     <nvpair id="o-quorum" name="no_quorum_policy" value="ignore"/>
     <nvpair id="o-start" name="start-failure-is-fatal" value="false"/>
     <nvpair id="o-timeout" name="default-action-timeout" value="15s"/>
    </attributes>
   </cluster_property_set>
  </crm_config>
  <nodes/>
  <resources>
   <group id="web">
    <primitive id="address" class="ocf" type="IPaddr2" provider="heartbeat">
     <operations>
      <op id="address-monitor" name="monitor" interval="5s" timeout="3s"/>
     </operations>
     <instance_attributes id="address-attributes">
      <attributes>
       <nvpair id="address-ip" name="ip" value="192.0.2.7"/>
       <nvpair id="address-mask" name="cidr_netmask" value="24"/>
      </attributes>
     </instance_attributes>
    </primitive>
    <primitive id="server" class="ocf" type="Server" provider="example" is_managed="true">
     <operations>
      <op id="server-start" name="start" timeout="30s" prereq="nothing"/>
      <op id="server-monitor" name="monitor" interval="10s" timeout="5s" on_fail="restart" disabled="0">
       <instance_attributes id="server-monitor-attributes">
        <attributes>
         <nvpair id="server-monitor-ip" name="ip" value="127.0.0.1"/>
        </attributes>
       </instance_attributes>
      </op>
     </operations>
    </primitive>
   </group>
   <clone id="pings" notify="false">
    <instance_attributes id="pings-attributes">
     <attributes>
      <nvpair id="pings-max" name="clone_max" value="2"/>
     </attributes>
    </instance_attributes>
    <primitive id="ping" class="ocf" type="pingd" provider="heartbeat"/>
   </clone>
  </resources>
  <constraints>
   <rsc_location id="prefer" rsc="server">
    <rule id="prefer-alpha" score="100" boolean_op="and">
     <expression id="is-alpha" attribute="#uname" operation="eq" value="alpha"/>
    </rule>
    <rule id="prefer-beta" score="10">
     <expression id="is-beta" attribute="#uname" operation="eq" value="beta"/>
    </rule>
   </rsc_location>
   <rsc_colocation id="together" from="web" to="pings" score="infinity"/>
   <rsc_order id="ordered" from="web" to="pings" type="after" score="0"/>
  </constraints>
 </configuration>
</cib>
"##;

/// The same idea in today's syntax.
pub(crate) const MODERN: &str = r#"<cib validate-with="pacemaker-3.9" admin_epoch="0" epoch="7" num_updates="3">
 <configuration>
  <crm_config>
   <cluster_property_set id="cib-bootstrap-options">
    <nvpair id="o-fencing" name="stonith-enabled" value="false"/>
   </cluster_property_set>
  </crm_config>
  <nodes>
   <node id="1" uname="alpha"/>
   <node id="2" uname="beta"/>
  </nodes>
  <resources>
   <group id="web">
    <primitive id="address" class="ocf" type="IPaddr2" provider="heartbeat">
     <instance_attributes id="address-attributes">
      <nvpair id="address-ip" name="ip" value="192.0.2.7"/>
     </instance_attributes>
     <operations>
      <op id="address-monitor" name="monitor" interval="5s" timeout="3s"/>
     </operations>
    </primitive>
   </group>
   <clone id="pings">
    <primitive id="ping" class="ocf" type="ping" provider="example"/>
   </clone>
  </resources>
  <constraints>
   <rsc_location id="prefer" rsc="web" node="alpha" score="100"/>
   <rsc_colocation id="together" rsc="web" with-rsc="pings" score="INFINITY"/>
   <rsc_order id="ordered" first="pings" then="web" kind="Optional"/>
  </constraints>
 </configuration>
 <status>
  <node_state id="1" uname="alpha" in_ccm="true" crmd="online" join="member" expected="member"/>
 </status>
</cib>
"#;
