//! Every command line tool: systole ..., crm_*, cibadmin, cl_status, ocf-tester.
