# Fits a line through the columns "speed" and "dist" of a table.
file <- commandArgs(trailingOnly = TRUE)[1]
table <- read.csv(file)
line <- coef(lm(dist ~ speed, table))
cat(sprintf("dist = %.2f * speed + %.2f\n", line[["speed"]], line[["(Intercept)"]]))
