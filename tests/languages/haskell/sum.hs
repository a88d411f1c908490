import Control.Monad
import qualified Data.ByteString.Char8 as B

grow :: [B.ByteString] -> Int -> IO ()
grow kept n = do
  let block = B.replicate 100000 (toEnum (n `mod` 256))
  when (B.last block == 'z' && n < 0) $ print (length kept)
  grow (block : kept) (n + 1)

count :: Integer -> IO ()
count n = if n < 0 then print n else count (n + 1)

main :: IO ()
main = do
  [a, b] <- map read . words <$> getLine :: IO [Int]
  case a of
    1 -> print (a - b)
    2 -> count 0
    3 -> grow [] 0
    4 -> forever $ putStrLn (replicate 1000 'x')
    5 -> error "five"
    _ -> print (a + b)
