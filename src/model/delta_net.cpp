// SPDX-License-Identifier: Apache-2.0
// Gated DeltaNet (SPEC 2.4) in the chunk-log form of DESIGN 2: a token reads the state S of its window's boundary and
// the window's log, and appends one entry; a full window is folded into a new S. Prefill computes the same rows in the
// same order, so that chunking cannot change a byte.
//
// Where the entries go: while an append stays inside its window they are written straight into the sequence's log. An
// append that crosses boundaries works in scratch rows (the window's old entries, then the new ones: window w of them
// is rows 32 w ..), and the windows that remain are copied into their logs at the end.
#include <algorithm>
#include <cmath>

#include "model/layers.h"

namespace capy {
namespace {

constexpr int64_t kWindow = StateLayout::kWindow;
constexpr float kL2Eps = 1e-6F;  // fixed in the reference, not rms_norm_eps

struct Shape {
  int64_t key_heads, value_heads, key_dim, value_dim, key_width, value_width, channels, taps;

  explicit Shape(const ModelConfig& c)
      : key_heads(c.key_heads),
        value_heads(c.value_heads),
        key_dim(c.key_dim),
        value_dim(c.value_dim),
        key_width(c.key_width()),
        value_width(c.value_width()),
        channels(c.conv_channels()),
        taps(c.taps) {}
};

// A slice's way through the layer. `entries` old rows of the log precede its own in `log`.
struct Run {
  const BatchSlice* slice;
  LogView log;  // the sequence's own, or scratch
  bool in_scratch;
  int64_t entries;  // of the window before this append
};

// All rows of the batch after projections and convolution.
struct Rows {
  float* mixed;       // [rows][channels]   after it: q | k | v, q normalised in place
  const float* g;     // [rows][value_heads]
  const float* beta;  // [rows][value_heads]
  float* o;           // [rows][value_width]
};

LogView scratch_log(const Shape& s, int64_t entries, Arena& arena) {
  return LogView{arena.allocate<float>((s.taps - 1 + entries) * s.channels),
                 arena.allocate<float>(entries * s.key_width), arena.allocate<float>(entries * s.value_width),
                 arena.allocate<double>(entries * s.value_heads)};
}

// Copies `entries` entries from row `from_row` of one log to the front of another, with the columns before them.
void copy_entries(const LogView& to, const LogView& from, int64_t from_row, int64_t entries, const Shape& s) {
  std::copy_n(from.columns + from_row * s.channels, (s.taps - 1 + entries) * s.channels, to.columns);
  std::copy_n(from.k + from_row * s.key_width, entries * s.key_width, to.k);
  std::copy_n(from.d + from_row * s.value_width, entries * s.value_width, to.d);
  std::copy_n(from.G + from_row * s.value_heads, entries * s.value_heads, to.G);
}

Run begin_run(const BatchSlice& slice, const StatePool& states, int64_t layer, const Shape& s, Arena& arena) {
  const LogView own = states.log(slice.state.from.log, layer);
  const int64_t entries = slice.state.from.entries;
  if (entries + slice.rows <= kWindow) return Run{&slice, own, false, entries};
  const Run run{&slice, scratch_log(s, entries + slice.rows, arena), true, entries};
  copy_entries(run.log, own, 0, entries, s);
  return run;
}

// Where the columns of the run's own rows go in the log.
float* own_columns(const Run& run, const Shape& s) { return run.log.columns + (s.taps - 1 + run.entries) * s.channels; }

// Convolution, norms of q and k, and k's place in the log, for one row. `row` counts within the slice.
void mix_row(const Run& run, int64_t row, const DeltaNetWeights& w, const Rows& rows, const Shape& s,
             const KernelTable& kernels) {
  const int64_t in_batch = run.slice->row_begin + row;
  float* const mixed = rows.mixed + in_batch * s.channels;
  kernels.conv_silu(mixed, run.log.columns + (run.entries + row) * s.channels, w.conv1d.data(), s.channels, s.taps);
  const float q_scale = 1.0F / std::sqrt(static_cast<float>(s.key_dim));
  float* const k = run.log.k + (run.entries + row) * s.key_width;
  for (int64_t head = 0; head < s.key_heads; ++head) {
    const int64_t at = head * s.key_dim;
    kernels.l2_norm(mixed + at, mixed + at, s.key_dim, kL2Eps, q_scale);
    kernels.l2_norm(k + at, mixed + s.key_width + at, s.key_dim, kL2Eps, 1.0F);
  }
}

// G: the running sums of g, restarted at each boundary. In double, so that long windows of strong decay keep their
// ratios.
void sum_gates(const Run& run, const Rows& rows, const Shape& s) {
  for (int64_t row = 0; row < run.slice->rows; ++row) {
    const int64_t entry = run.entries + row;
    const float* const g = rows.g + (run.slice->row_begin + row) * s.value_heads;
    double* const G = run.log.G + entry * s.value_heads;
    for (int64_t head = 0; head < s.value_heads; ++head) {
      const double before = entry % kWindow == 0 ? 0.0 : G[head - s.value_heads];
      G[head] = before + static_cast<double>(g[head]);
    }
  }
}

// One value head of one run: its windows in order, each folded when it is full.
void run_head(const Run& run, int64_t head, int64_t layer, const ModelConfig& config, const StatePool& states,
              const Rows& rows, const Shape& s, const KernelTable& kernels) {
  const StateAppend& append = run.slice->state;
  const int64_t key_at = config.key_head_of(head) * s.key_dim;
  const int64_t state_at = head * s.key_dim * s.value_dim;
  const float* state = states.state(append.from.state, layer) + state_at;
  const int64_t end = run.entries + run.slice->rows;
  for (int64_t entry = run.entries; entry < end;) {
    const int64_t window = entry / kWindow;
    const int64_t first = window * kWindow;
    const int64_t last = std::min(first + kWindow, end);
    const int64_t in_batch = run.slice->row_begin + entry - run.entries;
    DeltaRows args;
    args.state = state;
    args.log_k = run.log.k + first * s.key_width + key_at;
    args.log_k_stride = s.key_width;
    args.log_d = run.log.d + first * s.value_width + head * s.value_dim;
    args.log_d_stride = s.value_width;
    args.log_G = run.log.G + first * s.value_heads + head;
    args.log_G_stride = s.value_heads;
    args.log_length = entry - first;
    args.rows = last - entry;
    args.q = rows.mixed + in_batch * s.channels + key_at;
    args.q_stride = s.channels;
    args.v = rows.mixed + in_batch * s.channels + 2 * s.key_width + head * s.value_dim;
    args.v_stride = s.channels;
    args.beta = rows.beta + in_batch * s.value_heads + head;
    args.beta_stride = s.value_heads;
    args.out = rows.o + in_batch * s.value_width + head * s.value_dim;
    args.out_stride = s.value_width;
    args.key_dim = s.key_dim;
    args.value_dim = s.value_dim;
    kernels.delta_rule(args);
    entry = last;
    if (last - first < kWindow) break;
    // Full: fold into `before`'s state, or, when this is the last boundary that is crossed, into `last`'s.
    const bool is_last_fold = window + 1 == append.folds();
    float* const to = states.state(is_last_fold ? append.last.state : append.before.state, layer) + state_at;
    kernels.delta_fold(DeltaFold{to, state, args.log_k, args.log_k_stride, args.log_d, args.log_d_stride, args.log_G,
                                 args.log_G_stride, kWindow, s.key_dim, s.value_dim});
    state = to;
  }
}

// Leaves the logs as the append promised: the windows `before` and `last` with their entries and their columns.
void finish_run(const Run& run, const StatePool& states, int64_t layer, const Shape& s) {
  const StateAppend& append = run.slice->state;
  if (append.folds() == 0) return;
  const auto first_row = [&](const StateWindow& window) { return window.boundary - append.from.boundary; };
  if (run.in_scratch) copy_entries(states.log(append.before.log, layer), run.log, first_row(append.before), kWindow, s);
  copy_entries(states.log(append.last.log, layer), run.log, first_row(append.last), append.last.entries, s);
}

}  // namespace

void gated_delta_net(float* out, const ActivationRows& x, const DeltaNetWeights& w, int64_t cache_layer,
                     const ModelConfig& config, const Batch& batch, Compute& compute) {
  const Arena::Scope scope(compute.arena);
  Arena& arena = compute.arena;
  const KernelTable& kernels = compute.kernels;
  const Shape s(config);
  const int64_t n = batch.rows();
  const auto slices = static_cast<int64_t>(batch.slices.size());
  Run* const runs = arena.allocate<Run>(slices);
  for (int64_t i = 0; i < slices; ++i) {
    runs[i] = begin_run(batch.slices[static_cast<size_t>(i)], *batch.states, cache_layer, s, arena);
  }
  // [rows][channels] before the convolution. A slice that is alone has its projection written where the convolution
  // reads it: the copy would be the largest of a prefill.
  float* const u = slices == 1 ? own_columns(runs[0], s) : arena.allocate<float>(n * s.channels);
  float* const z = arena.allocate<float>(n * s.value_width);
  float* const a = arena.allocate<float>(n * s.value_heads);
  float* const b = arena.allocate<float>(n * s.value_heads);
  const ProductOutput projections[] = {{u, s.channels, &w.in_proj_qkv},
                                       {z, s.value_width, &w.in_proj_z},
                                       {a, s.value_heads, &w.in_proj_a},
                                       {b, s.value_heads, &w.in_proj_b}};
  multiply_all(projections, x, &batch, compute);

  float* const g = arena.allocate<float>(n * s.value_heads);
  float* const beta = arena.allocate<float>(n * s.value_heads);
  const Rows rows{arena.allocate<float>(n * s.channels), g, beta, arena.allocate<float>(n * s.value_width)};
  compute.pool.for_ranges(n, 16, [&](int64_t begin, int64_t end, int) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t at = row * s.value_heads;
      kernels.delta_gates(g + at, beta + at, a + at, b + at, w.neg_exp_A.data(), w.dt_bias.data(), s.value_heads);
    }
  });

  for (int64_t i = 0; i < slices; ++i) {
    const BatchSlice& slice = batch.slices[static_cast<size_t>(i)];
    if (slices > 1) std::copy_n(u + slice.row_begin * s.channels, slice.rows * s.channels, own_columns(runs[i], s));
    sum_gates(runs[i], rows, s);
    compute.pool.for_ranges(slice.rows, 4, [&](int64_t begin, int64_t end, int) {
      for (int64_t row = begin; row < end; ++row) mix_row(runs[i], row, w, rows, s, kernels);
    });
  }
  compute.pool.for_ranges(slices * s.value_heads, 1, [&](int64_t item, int64_t, int) {
    run_head(runs[item / s.value_heads], item % s.value_heads, cache_layer, config, *batch.states, rows, s, kernels);
  });
  for (int64_t i = 0; i < slices; ++i) finish_run(runs[i], *batch.states, cache_layer, s);

  const auto norm_row = [&](int64_t row) {
    for (int64_t item = row * s.value_heads; item < (row + 1) * s.value_heads; ++item) {
      float* const o = rows.o + item * s.value_dim;
      kernels.gated_rms_norm(o, o, z + item * s.value_dim, w.norm.data(), s.value_dim, config.rms_eps);
    }
  };
  const ActivationRows inner = write_and_prepare_rows(rows.o, n, s.value_width, w.out_proj.product, compute, norm_row);
  multiply(out, config.dim, inner, w.out_proj, &batch, compute);
}

}  // namespace capy
