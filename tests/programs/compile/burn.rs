const fn turn(n: u64) -> u64 {
    let mut i = n;
    while i > 0 { i = i + 2 - 1; if i == u64::MAX { break; } }
    i
}
#[allow(long_running_const_eval)]
const ENDLESS: u64 = turn(1);
fn main() { println!("{}", ENDLESS); }
