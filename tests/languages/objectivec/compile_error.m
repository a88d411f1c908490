int main(void) { return [x y]; }
