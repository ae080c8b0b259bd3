/* The larger; NaN if either is. */
static inline float max_f32(float a, float b)
{
    return a > b || a != a ? a : b;
}

static void largest(float *restrict out, const float *restrict x)
{
  float acc0 = -INFINITY;
  for (int r0 = 0; r0 < 4; r0++) {
    acc0 = max_f32(acc0, x[r0]);
  }
  out[0] = acc0;
}
