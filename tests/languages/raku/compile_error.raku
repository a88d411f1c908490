say 1 + ;
say (
