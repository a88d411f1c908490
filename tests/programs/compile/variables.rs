fn main() { println!("{:?} {:?}", option_env!("JUDGE_CANARY"), option_env!("SECRET_KEY")); }
