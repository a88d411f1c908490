#include <stdio.h>

static char expected[200000];

int main(void) {
    int open = 0, valid = 1, c;
    while (valid && (c = getchar()) != EOF) {
        switch (c) {
        case '(':
            expected[open++] = ')';
            break;
        case '[':
            expected[open++] = ']';
            break;
        case '{':
            expected[open++] = '}';
            break;
        case ')':
        case ']':
        case '}':
            valid = open > 0 && expected[--open] == c;
            break;
        }
    }
    puts(valid && open == 0 ? "Yes" : "No");
    return 0;
}
