// SPDX-License-Identifier: Apache-2.0
#include "model/page_attention.h"

#include <algorithm>

#include "model/kv_rows.h"

namespace capy {
namespace {

constexpr int64_t kPage = KvLayout::kPageTokens;

// Query rows that go through a page together: enough to fill a matrix unit's tiles, and few enough that scores, weights
// and products stay in L2 beside the page.
constexpr int64_t kRowsMax = 32;
// Query rows whose parts of single pages are kept at once when a sequence's pages are shared out.
constexpr int64_t kPartRows = 1024;

int64_t tile_tokens(int64_t group) { return std::clamp<int64_t>(kRowsMax / group, 1, kKvTokensAlone); }
int64_t tile_rows_max(int64_t group) { return tile_tokens(group) * group; }

// One thread's memory.
struct Scratch {
  float* scores;     // [rows][kPage]
  int8_t* codes;     // [2][rows][kPage]
  int32_t* sums;     // [2][rows]
  float* ones;       // [2][rows]
  float* scales;     // [rows]
  float* max;        // [rows]
  float* sum;        // [rows]
  float* values;     // [2][rows][head_dim]
  int64_t* visible;  // [rows]
  int8_t* widened;
};

Scratch allocate_scratch(int64_t rows, const KvLayout& layout, Arena& arena) {
  Scratch s{};
  s.scores = arena.allocate<float>(rows * kPage);
  s.codes = arena.allocate<int8_t>(2 * rows * kPage);
  s.sums = arena.allocate<int32_t>(2 * rows);
  s.ones = arena.allocate<float>(2 * rows);
  s.scales = arena.allocate<float>(rows);
  s.max = arena.allocate<float>(rows);
  s.sum = arena.allocate<float>(rows);
  s.values = arena.allocate<float>(2 * rows * layout.head_dim);
  s.visible = arena.allocate<int64_t>(rows);
  s.widened = arena.allocate<int8_t>(kv_widened_bytes(layout));
  std::fill_n(s.ones, 2 * rows, 1.0F);
  return s;
}

// The work of one tile for one KV head.
struct Item {
  RowTile tile;
  int64_t kv_head;
  int64_t first_query;  // of q and out
  float* max;           // [rows], running
  float* sum;

  int64_t pages() const { return (tile.position() + tile.rows - 1) / kPage + 1; }
};

class Pages {
 public:
  Pages(const PageAttention& attention, const KvLayout& layout, const KernelTable& kernels)
      : a_(attention), layout_(layout), kernels_(kernels), columns_(packed_columns(layout.head_dim)) {}

  int64_t head_dim() const { return layout_.head_dim; }
  int64_t rows(const Item& item) const { return item.tile.rows * a_.group; }
  // The item's rows before this one see nothing of the page.
  int64_t first_row(const Item& item, int64_t page) const {
    return std::max<int64_t>(0, page * kPage - item.tile.position()) * a_.group;
  }
  float* out(const Item& item) const { return a_.out + item.first_query * head_dim(); }

  // What the page alone gives to the rows from first_row on: `part` begins with that row.
  void attend(const Item& item, int64_t page, const SoftmaxRows& part, const Scratch& s) const {
    const int64_t first = first_row(item, page);
    const int64_t count = rows(item) - first;
    for (int64_t i = 0; i < count; ++i)
      s.visible[i] = std::min(kPage, item.tile.position() + (first + i) / a_.group + 1 - page * kPage);
    const KvMatrices kv = kv_matrices(item.tile.slice->kv->pages()[static_cast<size_t>(page)], a_.layer, item.kv_head,
                                      layout_, s.widened, kernels_);
    const int64_t query = item.first_query + first;
    const Int8Rows q{count, head_dim(), a_.q.codes + query * columns_, a_.q.scales + query, a_.q.sums + query};
    kernels_.matmul_int8(s.scores, kPage, q, kv.keys, 0, round_up_to(s.visible[count - 1], kPanelRows));
    kernels_.page_weights(
        {s.codes, s.sums, s.scales, part.max, part.sum, s.scores, kv.value_scales, s.visible, count, a_.scale});
    weigh_values(part, kv.values, count, s);
  }

  // Joins a page's part to the item's rows.
  void merge(const Item& item, int64_t page, const SoftmaxRows& part) const {
    const int64_t first = first_row(item, page);
    const SoftmaxRows total{item.max + first, item.sum + first, out(item) + first * head_dim(), head_dim()};
    kernels_.merge_softmax(total, part, rows(item) - first, head_dim());
  }

  void finish(const Item& item) const {
    for (int64_t row = 0; row < rows(item); ++row) {
      float* const to = out(item) + row * head_dim();
      for (int64_t c = 0; c < head_dim(); ++c) to[c] /= item.sum[row];
    }
  }

 private:
  void weigh_values(const SoftmaxRows& part, const MatrixView& values, int64_t count, const Scratch& s) const {
    if (kernels_.page_values != nullptr)
      return kernels_.page_values({part.out, part.out_stride, s.codes, s.scales, count, values});
    const Int8Rows weights{2 * count, kPage, s.codes, s.ones, s.sums};
    kernels_.matmul_int8(s.values, head_dim(), weights, values, 0, head_dim());
    kernels_.join_products(part.out, s.values, s.values + count * head_dim(), head_dim(), s.scales, count, head_dim());
  }

  const PageAttention& a_;
  const KvLayout& layout_;
  const KernelTable& kernels_;
  int64_t columns_;
};

struct Items {
  Item* items;
  int64_t count;
};

Items list_items(const PageAttention& a, const Batch& batch, Arena& arena) {
  const RowTiles tiles = cut_rows(batch, tile_tokens(a.group), arena);
  Items list{arena.allocate<Item>(tiles.count * a.kv_heads), 0};
  for (int64_t i = 0; i < tiles.count; ++i) {
    for (int64_t head = 0; head < a.kv_heads; ++head) {
      const int64_t query = (head * batch.rows() + tiles.tiles[i].row_begin) * a.group;
      float* const running = arena.allocate<float>(2 * tiles.tiles[i].rows * a.group);
      list.items[list.count++] = Item{tiles.tiles[i], head, query, running, running + tiles.tiles[i].rows * a.group};
    }
  }
  return list;
}

// One page of an item, and where its part goes.
struct Unit {
  const Item* item;
  int64_t page;
  SoftmaxRows part;
};

// The first page is the beginning of the rows themselves.
SoftmaxRows beginning(const Pages& pages, const Item& item) {
  return {item.max, item.sum, pages.out(item), pages.head_dim()};
}

// Few rows and many pages: the threads share out the pages. What each page gives is kept, as much as there is room for
// at once, and then merged.
void attend_shared_out(const Pages& pages, const Items& list, const Scratch* scratch, Compute& compute) {
  Arena& arena = compute.arena;
  float* const parts = arena.allocate<float>(kPartRows * (pages.head_dim() + 2));
  Unit* const units = arena.allocate<Unit>(kPartRows);
  int64_t* const unit_end = arena.allocate<int64_t>(list.count);  // of each item
  int64_t next_item = 0;
  int64_t next_page = 0;
  while (next_item < list.count) {
    const int64_t begun = next_item;
    int64_t count = 0;
    float* free = parts;
    for (; next_item < list.count; ++next_item, next_page = 0) {
      const Item& item = list.items[next_item];
      const int64_t rows = pages.rows(item);
      const int64_t floats = rows * (pages.head_dim() + 2);
      for (; next_page < item.pages(); ++next_page) {
        if (free + floats > parts + kPartRows * (pages.head_dim() + 2)) break;
        SoftmaxRows part = beginning(pages, item);
        if (next_page > 0) {
          part = {free, free + rows, free + 2 * rows, pages.head_dim()};
          free += floats;
        }
        units[count++] = Unit{&item, next_page, part};
      }
      unit_end[next_item] = count;
      if (next_page < item.pages()) break;
    }
    compute.pool.for_ranges(count, 1, [&](int64_t unit, int64_t, int worker) {
      pages.attend(*units[unit].item, units[unit].page, units[unit].part, scratch[worker]);
    });
    const int64_t touched = std::min(next_item + 1, list.count) - begun;
    compute.pool.for_ranges(touched, 1, [&](int64_t i, int64_t, int) {
      for (int64_t unit = i == 0 ? 0 : unit_end[begun + i - 1]; unit < unit_end[begun + i]; ++unit) {
        if (units[unit].page > 0) pages.merge(*units[unit].item, units[unit].page, units[unit].part);
      }
    });
  }
}

void attend_item(const Pages& pages, const Item& item, const Scratch& scratch) {
  pages.attend(item, 0, beginning(pages, item), scratch);
  for (int64_t page = 1; page < item.pages(); ++page) {
    // The parts of a page lie where its products did, which are no longer needed.
    const SoftmaxRows part{scratch.max, scratch.sum, scratch.values, pages.head_dim()};
    pages.attend(item, page, part, scratch);
    pages.merge(item, page, part);
  }
}

}  // namespace

RowTiles cut_rows(const Batch& batch, int64_t tokens, Arena& arena) {
  int64_t most = 0;
  for (const BatchSlice& slice : batch.slices) most += slice.rows / tokens + 2;
  RowTiles list{arena.allocate<RowTile>(most), 0};
  for (const BatchSlice& slice : batch.slices) {
    for (int64_t row = 0; row < slice.rows;) {
      const int64_t to_edge = tokens - (slice.position + row) % tokens;
      const int64_t rows = std::min(to_edge, slice.rows - row);
      list.tiles[list.count++] = RowTile{&slice, slice.row_begin + row, rows};
      row += rows;
    }
  }
  return list;
}

void attend_pages(const PageAttention& attention, const Batch& batch, Compute& compute) {
  const Arena::Scope scope(compute.arena);
  const KvLayout& layout = batch.slices[0].kv->layout();
  const Pages pages(attention, layout, compute.kernels);
  const int threads = compute.pool.threads();
  Scratch* const scratch = compute.arena.allocate<Scratch>(threads);
  for (int i = 0; i < threads; ++i)
    scratch[i] = allocate_scratch(tile_rows_max(attention.group), layout, compute.arena);
  const Items list = list_items(attention, batch, compute.arena);
  if (threads > 1 && list.count < 4 * threads && tile_rows_max(attention.group) <= kPartRows) {
    attend_shared_out(pages, list, scratch, compute);
  } else {
    compute.pool.for_ranges(list.count, 1, [&](int64_t item, int64_t, int worker) {
      attend_item(pages, list.items[item], scratch[worker]);
    });
  }
  compute.pool.for_ranges(list.count, 1, [&](int64_t item, int64_t, int) { pages.finish(list.items[item]); });
}

int64_t page_attention_bytes(const ModelConfig& c, int64_t rows, int64_t slices, int threads) {
  const int64_t group = c.heads / c.kv_heads;
  const int64_t tile = tile_rows_max(group);
  const int64_t widened = 2 * kPage * packed_columns(c.head_dim);
  const int64_t scratch = tile * (kPage * 6 + c.head_dim * 8 + 64) + widened + 1024;
  const int64_t items = (rows / tile_tokens(group) + 2 * slices) * c.kv_heads;
  const int64_t parts = kPartRows * ((c.head_dim + 2) * 4 + static_cast<int64_t>(sizeof(Unit)));
  const int64_t queries = rows * c.heads * (packed_columns(c.head_dim) + 8) + threads * c.head_dim * 4;
  return threads * scratch + parts + queries + items * (static_cast<int64_t>(sizeof(Item) + sizeof(RowTile)) + 256) +
         rows * c.heads * 8 + 4096;
}

}  // namespace capy
