/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Elementary functions out of + - * / and frexp only, which IEEE 754 rounds
 * alike everywhere: libm differs in the last bit from one release to the next,
 * and one bit is enough to make a simulation another one.
 */
#ifndef ATS_SIM_DETMATH_H
#define ATS_SIM_DETMATH_H

double det_log(double x);	/* x > 0, normal */
double det_exp(double x);	/* |x| < 700 */
double det_pow(double x, double y);	/* x > 0 */
double det_sin_turns(double turns);	/* sin(2 pi turns) */

#endif
