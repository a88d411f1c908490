(let [[a b] (map #(Integer/parseInt %) (.split (read-line) " "))]
  (case a
    1 (println (- a b))
    2 (loop [] (recur))
    3 (loop [kept nil] (recur (cons (byte-array 100000) kept)))
    4 (let [line (apply str (repeat 1000 "x"))] (loop [] (println line) (recur)))
    5 (throw (IllegalStateException. "five"))
    (println (+ a b))))
