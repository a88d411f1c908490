/* Dijkstra's algorithm with a tournament tree: the root knows the unfinished town with the least toll. */
#include <stdio.h>

enum { MAX_TOWNS = 20001, MAX_ROADS = 40000, LEAVES = 32768 };

static const long long unreached = 1LL << 60;
static int first[MAX_TOWNS], following[MAX_ROADS], to[MAX_ROADS], cost[MAX_ROADS];
static long long toll[LEAVES];     /* the least known toll of every town */
static long long pending[LEAVES];  /* the same, but unreached for finished towns */
static int winner[2 * LEAVES];

static void update(int town, long long value) {
    pending[town] = value;
    for (int node = (town + LEAVES) / 2; node > 0; node /= 2) {
        int left = winner[2 * node], right = winner[2 * node + 1];
        winner[node] = pending[right] < pending[left] ? right : left;
    }
}

int main(void) {
    int n, m;
    if (scanf("%d %d", &n, &m) != 2)
        return 1;
    for (int i = 0; i < LEAVES; i++) {
        toll[i] = pending[i] = unreached;
        winner[LEAVES + i] = i;
    }
    for (int node = LEAVES - 1; node > 0; node--)
        winner[node] = winner[2 * node];
    for (int town = 1; town <= n; town++)
        first[town] = -1;
    for (int road = 0; road < m; road++) {
        int from;
        if (scanf("%d %d %d", &from, &to[road], &cost[road]) != 3)
            return 1;
        following[road] = first[from];
        first[from] = road;
    }

    toll[1] = 0;
    update(1, 0);
    while (pending[winner[1]] < unreached) {
        int town = winner[1];
        update(town, unreached);
        for (int road = first[town]; road >= 0; road = following[road]) {
            long long there = toll[town] + cost[road];
            if (there < toll[to[road]]) {
                toll[to[road]] = there;
                update(to[road], there);
            }
        }
    }

    if (toll[n] == unreached)
        puts("impossible");
    else
        printf("%lld\n", toll[n]);
    return 0;
}
