"""What the processes count for Prometheus; one registry for all of them."""

from prometheus_client import Counter

rate_limits_open = Counter(
    "judge_rate_limits_open_total",
    "Requests that no rate limit was put on, for Redis did not answer.",
)
throttled = Counter("judge_throttled_total", "Requests answered with 429.", ["limit"])
cache_reads = Counter(
    "judge_cache_reads_total", "Answers by where they came from: hit (Redis), miss, bypass.", ["status"]
)
