template <class T> struct Deeper {
    using type = typename Deeper<Deeper<T>>::type;
};
int main() { return sizeof(Deeper<int>::type); }
