// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/track.h"

void track_predict(struct track *t, double dt, const struct track_noise *q)
{
	double (*p)[TRACK_DIM] = t->p;
	double w = q->wander * q->wander;

	t->x[TRACK_OFFSET] += t->x[TRACK_FREQ] * dt;
	p[0][0] += dt * (2.0 * p[0][1] + dt * p[1][1]) + w * dt * dt * dt / 3.0 +
		   q->phase * q->phase * dt;
	p[0][1] += dt * p[1][1] + 0.5 * w * dt * dt;
	p[0][2] += dt * p[1][2];
	p[0][3] += dt * p[1][3];
	p[1][1] += w * dt;
	p[2][2] += q->delay * q->delay * dt;
	p[1][0] = p[0][1];
	p[2][0] = p[0][2];
	p[3][0] = p[0][3];
}

double track_mean(const struct track *t, const double h[TRACK_DIM])
{
	double v = 0.0;
	int i;

	for (i = 0; i < TRACK_DIM; i++)
		v += h[i] * t->x[i];
	return v;
}

double track_var(const struct track *t, const double h[TRACK_DIM])
{
	double v = 0.0;
	int i, j;

	for (i = 0; i < TRACK_DIM; i++)
		for (j = 0; j < TRACK_DIM; j++)
			v += h[i] * t->p[i][j] * h[j];
	return v;
}

void track_condition(struct track *t, const double h[TRACK_DIM], double shift, double post)
{
	double var = track_var(t, h), ph[TRACK_DIM];
	int i, j;

	if (!(var > 0.0))
		return;
	for (i = 0; i < TRACK_DIM; i++) {
		ph[i] = 0.0;
		for (j = 0; j < TRACK_DIM; j++)
			ph[i] += t->p[i][j] * h[j] / var;
	}
	for (i = 0; i < TRACK_DIM; i++) {
		t->x[i] += ph[i] * shift;
		for (j = 0; j < TRACK_DIM; j++)
			t->p[i][j] += ph[i] * ph[j] * (post - var);
	}
}
