# SPDX-License-Identifier: Apache-2.0
"""What plant.py plants: for each file pairs of what stands there and what is put in its place, everywhere it occurs."""

WRONG = {
    "kernels/device/number.cuh": [
        ("if (whole && i >= 0 && i + 4 <= length)", "if (whole && i + 4 <= length)"),
        ("j >= 0 && j < length ?", "j >= 0 && j <= length ?"),
        ("if (i + j < length)", "if (i + j < length - 1)"),
    ],
    "kernels/device/reduce.cu": [
        ("sum += partial[p * count + i];", "sum += partial[p * count];"),
        ("p < parts * (warp + 1) / warps", "p < parts * (warp + 1) / warps - 1"),
        ("for (int w = 1; w < warps; ++w)", "for (int w = 2; w < warps; ++w)"),
    ],
    "kernels/band/band.cuh": [
        ("const int tap = m - frame.lead;", "const int tap = m;"),
        ("turned ? frame.taps - 1 - tap : tap", "turned ? frame.taps - 2 - tap : tap"),
        ("const float4 b = ahead[g + 1];", "const float4 b = ahead[g];"),
        ("const float4 b = x[q + first / 4 + j + 1];", "const float4 b = x[q + j + 1];"),
        ("const int tap = first + m - frame.lead;", "const int tap = m - frame.lead;"),
        ("sum += scratch[warp * kTaps + m];", "sum += scratch[m];"),
        ("own[kEach + j] = sum;", "own[kEach] = sum;"),
    ],
    "kernels/band/band.cu": [
        ("first - tiling.frame.before", "first"),
        ("                  first + i, tiling.length, tiling.whole);", "                  i, tiling.length, tiling.whole);"),
        ("row / tiling.channels * tiling.tiles + tile;", "row / tiling.channels * tiling.tiles;"),
        ("dx + row * tiling.length, first + i,", "dx + row * tiling.length, i,"),
    ],
    "kernels/ski/ski.cuh": [
        ("begin + lane; i < end", "begin + lane; i < end - 1"),
        ("(m > 0 ? low.above[m - 1] : 0.0F)", "(m > 0 ? low.above[m] : 0.0F)"),
        ("(turned ? l - m : m - l)", "(m - l)"),
        ("while (i + o >= begin[m + 1])", "while (i + o > begin[m + 1])"),
        ("weights.upper * v[m + 1]", "weights.upper * v[m]"),
        ("static_cast<float>(i - begin)", "static_cast<float>(i - begin + 1)"),
    ],
    "kernels/ski/ski.cu": [
        ("return window[geometry.frame.before + i];", "return window[i];"),
        ("inducing[row * rank + m] = low.z[m];", "inducing[row * rank + m] = low.v[m];"),
        ("loadFloats(v + row * rank, rank, low.v);", "loadFloats(v, rank, low.v);"),
        ("                  y + row * length, first + i,", "                  y + row * length, i,"),
        ("row % geometry.channels * (2 * rank - 1)", "row * 0"),
        ("v[row * rank + m] = low.v[m];", "v[row * rank + m] = low.z[m];"),
    ],
    "kernels/ski/ski_backward.cu": [
        ("return g_window[geometry.frame.before + i];", "return g_window[geometry.frame.before + i + 1];"),
        ("out.dx + row * length, first + i,", "out.dx + row * length, i,"),
        ("row / geometry.channels * geometry.tiles + tile;", "row / geometry.channels * geometry.tiles;"),
        ("out.z[row * rank + m] = low.z[m];", "out.z[row * rank] = low.z[m];"),
        ("zg_row[m] * z_row[m - k]", "zg_row[m] * z_row[m]"),
        ("const int begin = k > 0 ? k : 0;", "const int begin = k > 0 ? k + 1 : 0;"),
    ],
    "kernels/ski/warp.cu": [
        ("alphas[c * rank + node - rank]", "alphas[node - rank]"),
        ("g[c * count + uses[u] / 2]", "g[c * count + uses[u] / 4]"),
    ],
    "kernels/fftconv/transform.cuh": [
        ("return position + position / kEach;", "return position - position / kEach;"),
        ("position(r) % (size >> (kStage + 1)) << kStage", "position(r) % (size >> (kStage + 1))"),
        ("j % half * (8 / half));", "j % half * (4 / half));"),
        ("low[q % 4] * high[q / 4]", "low[q % 4] * high[1]"),
        ("first = t / step * span + t % step;", "first = t / step * span;"),
        ("static_cast<int>(threadIdx.x) % step * (size / span)", "static_cast<int>(threadIdx.x) % step"),
        (">> (32 - log)", ">> (31 - log)"),
    ],
    "kernels/fftconv/fused.cuh": [
        ("both(2 * pair + 1 < geometry.batch)", "both(2 * pair < geometry.batch)"),
        ("first((static_cast<std::int64_t>(2 * pair)", "first((static_cast<std::int64_t>(pair)"),
        ("if (i < length) {", "if (i < length - 1) {"),
    ],
    "kernels/fftconv/fused.cu": [
        ("const int lag = i <= geometry.after ? i : i - geometry.size; // in circular order",
         "const int lag = i < geometry.after ? i : i - geometry.size;"),
        ("const float2 h = response[transform.position(r)];", "const float2 h = response[transform.frequency(r)];"),
        ("turned_lags ? conjugate(h) : h", "h"),
        ("v[r] * conjugate(input[r])", "v[r] * input[r]"),
        ("geometry.pairs() * (slice + 1) / slices;", "geometry.pairs() * slice / slices + 1;"),
        ("(slice * geometry.channels + channel)", "(slice + channel)"),
        ("lags[lag + geometry.before] = v[r].x * scale;", "lags[lag + geometry.before] = v[r].y * scale;"),
    ],
    "kernels/fftconv/causal.cu": [
        ("const int k = i < bins ? i : geometry.size - i;", "const int k = i < bins ? i : geometry.size - i - 1;"),
        ("lags[geometry.length + t] = v[r].y * scale;", "lags[geometry.length + t] = v[r].x * scale;"),
        ("const float half = t == 0 ? 1.0F : 0.5F;", "const float half = 0.5F;"),
        ("const int t = i < geometry.length ? i : geometry.size - i;", "const int t = i;"),
        ("k < bins; ++k)", "k < bins - 1; ++k)"),
        ("t < geometry.length; ++t)", "t < geometry.length - 1; ++t)"),
    ],
    "kernels/fftconv/long.cu": [
        ("from.at((first_row + at.row) * length + at.i)", "from.at(at.row * length + at.i)"),
        ("to.set((first_row + at.row) * length + at.i,", "to.set(at.row * length + at.i,"),
        ("const std::int64_t lag = at.i <= after ? at.i : at.i - size;", "const std::int64_t lag = at.i;"),
        ("(lag < 0 ? lag + size : lag)", "(lag < 0 ? lag + size - 1 : lag)"),
        ("response[at.row % channels * bins + at.i]", "response[at.i]"),
        ("g[b * channels * bins + index]", "g[b * bins + index]"),
        ("first ? make_float2(0, 0) : sum[index]", "make_float2(0, 0)"),
    ],
    "kernels/pointwise/activation.cu": [
        ("count - first < kTile ? count - first : kTile", "count - first < kTile ? count - first - 1 : kTile"),
        ("gradients.values[o] * point.derivative", "gradients.values[0] * point.derivative"),
        ("drop.keep(seed, i + o)", "drop.keep(seed, i)"),
    ],
    "kernels/pointwise/gate.cu": [
        ("at_z1 = (sample * 2 * geometry.channels + channel)", "at_z1 = (sample * geometry.channels + channel)"),
        ("first + kTile < geometry.length ? first + kTile", "first + kTile < geometry.length ? first + kTile - 4"),
        ("bias[geometry.channels + tile.channel]", "bias[tile.channel]"),
        ("drop.keep(seed, i + o)", "drop.keep(seed, i)"),
        ("out.partial1[tile.part * geometry.channels + tile.channel]", "out.partial1[tile.channel]"),
        ("out.partial2[tile.part * geometry.channels + tile.channel]", "out.partial2[tile.channel]"),
        ("sum1 += a.values[o];", "sum1 += a.values[0];"),
    ],
    "kernels/norm/channel_norm.cu": [
        ("scratch[warp * kWarp + static_cast<int>(threadIdx.x) % kWarp]", "scratch[static_cast<int>(threadIdx.x) % kWarp]"),
        ("inverse[at.position] = scale;", "inverse[at.position] = centre;"),
        ("result += parameters.bias[c];", "result += parameters.bias[0];"),
        ("sums[2 * geometry.channels + c] = of_gate;", "sums[geometry.channels + c] = of_gate;"),
        ("const float q = parameters.gate[c];", "const float q = parameters.gate[0];"),
    ],
    "kernels/norm/row_norm.cu": [
        ("sums[row] = make_float2(mean, squares);", "sums[0] = make_float2(mean, squares);"),
        ("centre[by_channel ? row % geometry.channels : row]", "centre[row % geometry.channels]"),
        ("const float2 row = sums[static_cast<std::int64_t>(b) * geometry.channels + index];",
         "const float2 row = sums[index];"),
        ("total += static_cast<double>(sums[static_cast<std::int64_t>(b) * geometry.channels + index].x);",
         "total += static_cast<double>(sums[index].x);"),
        ("const float a = weight[c] * inverse[c];", "const float a = weight[c] * inverse[0];"),
        ("coefficients[by_channel ? row % geometry.channels : row];", "coefficients[row % geometry.channels];"),
        ("static_cast<int>(blockIdx.x % static_cast<unsigned>(tiles)) * kTile", "0"),
    ],
    "kernels/embedding/embedding.cu": [
        ("table[token * geometry.width + at.channel]", "table[token + at.channel]"),
        ("token < geometry.vocabulary)\n        value", "token <= geometry.vocabulary)\n        value"),
        ("tokens_here[i] == token ?", "tokens_here[0] == token ?"),
        ("geometry.length - first < kTile ? geometry.length - first : kTile", "geometry.length < kTile ? geometry.length : kTile"),
        ("weight[at.channel] * x[at.sample * geometry.length + at.i]", "weight[at.channel] * x[at.i]"),
        ("along += gradient * x[sample * geometry.length + i];", "along += gradient * x[i];"),
        ("partial[(2 * sample + 1) * geometry.width", "partial[(sample + 1) * geometry.width"),
        ("sum += weight[e] * toFloat", "sum += weight[0] * toFloat"),
    ],
    "kernels/embedding/pool.cu": [
        ("lengths[row / width]", "lengths[row % width]"),
        ("summed && i < valid;", "summed && i < geometry.length;"),
        ("i == valid - 1 ? g[row]", "i == geometry.length - 1 ? g[row]"),
    ],
    "kernels/products/plane.cu": [
        ("lag >= 0 && lag < 2 * n - 1 ?", "lag >= 0 && lag < 2 * n - 2 ?"),
        ("lags[0] = zero_lag[sign * (first - a - 1)];", "lags[0] = zero_lag[first - a - 1];"),
        ("if (first + o < axis.n)", "if (first + o <= axis.n)"),
        ("const int first = along_rows && t > 0 ? t : 0;", "const int first = along_rows && t > 0 ? t + 1 : 0;"),
        ("partial_h + plane * (2 * geometry.height - 1)", "partial_h"),
        ("partial_w + plane * (2 * geometry.width - 1)", "partial_w"),
        ("float* to = result == values ? other : values;", "float* to = values;"),
    ],
}

# The translation units that show an error in a header.
UNITS = {
    "kernels/device/number.cuh": ["kernels/band/band.cu"],
    "kernels/band/band.cuh": ["kernels/band/band.cu"],
    "kernels/ski/ski.cuh": ["kernels/ski/ski.cu", "kernels/ski/ski_backward.cu"],
    "kernels/fftconv/transform.cuh": ["kernels/fftconv/fused.cu", "kernels/fftconv/causal.cu"],
    "kernels/fftconv/fused.cuh": ["kernels/fftconv/fused.cu"],
}

# The tests that run a part.
TESTS = {
    "kernels/device/reduce": "GpuGate.*:GpuNorm.*",
    "kernels/device/number": "GpuBand.*",
    "kernels/band/": "GpuBand.*",
    "kernels/ski/warp": "GpuEnds.*",
    "kernels/ski/": "GpuSki.*",
    "kernels/fftconv/causal": "GpuCausal.*",
    "kernels/fftconv/": "GpuToeplitz.*:GpuCausal.*",
    "kernels/pointwise/activation": "GpuPointwise.*",
    "kernels/pointwise/": "GpuGate.*",
    "kernels/norm/": "GpuNorm.*",
    "kernels/embedding/": "GpuEnds.*",
    "kernels/products/": "GpuPlane.*",
}

# Barriers whose absence no order of threads shows, and why. ThreadSanitizer reports it.
UNSEEN_BARRIERS = {
    "kernels/band/band.cuh barrier 2": "the shuffles of the next round let every thread read before any writes again",
}
