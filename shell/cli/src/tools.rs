//! The tools, one file each, by the names people know.

pub mod attrd_updater;
pub mod cibadmin;
pub mod cl_status;
pub mod crm_attribute;
pub mod crm_diff;
pub mod crm_error;
pub mod crm_failcount;
pub mod crm_master;
pub mod crm_mon;
pub mod crm_node;
pub mod crm_resource;
pub mod crm_standby;
pub mod crm_verify;
pub mod crmadmin;
pub mod events;
pub mod hb_standby;
pub mod help;
pub mod pause;
pub mod plan;
pub mod status;
