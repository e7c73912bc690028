//! Nothing acknowledged is lost, and nothing is done by half or twice: the service is killed in the middle of what it is asked
//! for, PostgreSQL in the middle of commits.

mod appeals;
mod commits;
mod confirming;
mod door;
mod process;

const POLICY: &str = include_str!("../../../policies/guangming-illustrative.yaml");
