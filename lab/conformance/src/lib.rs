//! Other systems' own test cases, run against us.
