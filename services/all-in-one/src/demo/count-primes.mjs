// The work of the demo's cached job: counts the primes below its first argument in as many steps as the second says. Prints a line
// per step, and the result as JSON on the last line. Plain JavaScript, since it runs as a process of its own.
const [below, steps] = process.argv.slice(2).map(Number);

let primes = 0;
for (let step = 1; step <= steps; step++) {
  const end = Math.floor((below * step) / steps);
  for (let number = Math.floor((below * (step - 1)) / steps); number < end; number++) if (isPrime(number)) primes++;
  console.log(`[${step}/${steps}] ${primes} primes below ${end}`);
}
console.log(JSON.stringify({ below, primes }));

function isPrime(number) {
  if (number < 4) return number > 1;
  if (number % 2 === 0) return false;
  for (let divisor = 3; divisor * divisor <= number; divisor += 2) if (number % divisor === 0) return false;
  return true;
}
