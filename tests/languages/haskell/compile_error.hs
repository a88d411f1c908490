main :: IO ()
main = print ("x" + 1 :: Int)
