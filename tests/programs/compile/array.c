int much[1 << 30] = {1};
int main(void) { return much[0]; }
