export { discreteLaplace, laplaceDeviation, type LaplaceScale, type Uniform } from "./discrete-laplace.js";
