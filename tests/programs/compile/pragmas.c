// Everything that a source can tell its compiler to do otherwise.
#pragma GCC optimize("-fplugin=/code/plugin.so", "-wrapper", "/usr/bin/id")
#pragma GCC dependency "/etc/shadow"
#pragma GCC poison printf
#pragma GCC pch_preprocess "/etc/shadow"
__attribute__((optimize("-fplugin=/code/plugin.so"))) int main(void) { return 0; }
