// Each of two hundred templates asks for two others, and none for one that is known.
template <int N, long Path> struct Tree {
    static const long value = Tree<N - 1, 2 * Path>::value + Tree<N - 1, 2 * Path + 1>::value;
};
template <long Path> struct Tree<0, Path> {
    static const long value = Path;
};
int main() { return Tree<60, 1>::value; }
