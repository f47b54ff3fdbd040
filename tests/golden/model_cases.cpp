// SPDX-License-Identifier: Apache-2.0
#include "core/models/lra_classifier.h"
#include "core/models/units.h"
#include "tests/golden/golden_check.h"

#include <ATen/TensorOperators.h>

#include <gtest/gtest.h>

#include <map>

namespace toeplab::tests
{
namespace
{

using core::Initializer;
using core::MixerSettings;
using core::MixerUnit;

bool contains(const std::string& text, const char* part)
{
    return text.find(part) != std::string::npos;
}

std::unique_ptr<core::ToeplitzOperator> make(const MixerSettings& mixer, std::int64_t width, std::int64_t n,
                                             Initializer& initial)
{
    core::OperatorRequest request{mixer, core::mixerChannels(mixer, width), n};
    auto made = core::makeOperator(request, initial);
    if (!made)
        throw std::runtime_error(made.error().message);
    return std::move(*made);
}

std::string decayOf(const nlohmann::json& c)
{
    return c.value("use_multi_decay", false) ? "learned" : c.value("use_decay", false) ? "fixed" : "none";
}

/// Options of the laxtnn and tnn-pytorch units, whose defaults differ from the product's.
MixerSettings laxtnnSettings(const nlohmann::json& c)
{
    MixerSettings m;
    m.heads = c.value("num_heads", std::int64_t{1});
    m.expand_ratio = c.value("expand_ratio", 3.0);
    m.causal = c.value("causal", false);
    m.act = c.value("act_fun", std::string("silu"));
    m.use_norm = c.value("use_norm", false);
    m.norm = c.value("norm_type", std::string("simplermsnorm"));
    m.rpe = "mlp";
    m.rpe_norm = m.norm;
    m.rpe_layers = c.value("rpe_layers", std::int64_t{3});
    m.rpe_width = c.value("rpe_embedding", std::int64_t{512});
    m.rpe_act = c.value("rpe_act", std::string("relu"));
    m.rpe_bias = c.value("bias", true);
    m.rpe_residual = c.value("residual", false);
    m.kernel_act = c.value("act_type", std::string("none"));
    m.par_type = c.value("par_type", std::int64_t{1});
    m.normalize = c.value("normalize", false);
    m.decay = decayOf(c);
    m.gamma = c.value("gamma", 0.99);
    const std::string type = c.value("tno_type", std::string("tno"));
    if (contains(type, "fd"))
        m.kind = "fd";
    if (contains(type, "ski")) {
        m.kind = "ski";
        m.mode = "released";
        m.ski_kernel = type == "skitno" ? "rpe" : "warp";
        m.rank = c.at("r").get<std::int64_t>();
        m.band = c.at("nk").get<std::int64_t>() / 2 * 2 + 1;
    }
    return m;
}

std::unique_ptr<MixerUnit> makeGtu(const nlohmann::json& c, const char* width_key, Initializer& initial)
{
    const MixerSettings mixer = laxtnnSettings(c);
    const auto width = c.at(width_key).get<std::int64_t>();
    return std::make_unique<MixerUnit>(mixer, MixerUnit::Options{core::Family::Laxtnn, c.value("bias", true), 0}, width,
                                       make(mixer, width, c.at("n").get<std::int64_t>(), initial), initial);
}

/// A module that puts parts under names of its choice.
class Group final : public core::Module
{
public:
    void add(const std::string& name, core::Module& part) { addPart(name, part); }
};

} // namespace

void runUnit(const GoldenCase& golden)
{
    const nlohmann::json& c = golden.config;
    Initializer initial(1, golden.dtype);
    const at::Tensor x = inputLeaf(golden);
    const at::Tensor in = x.transpose(1, 2);
    if (contains(golden.source, "gtu.py")) {
        const auto unit = makeGtu(c, "embed_dim", initial);
        load(golden, unit->parameters(), unit->buffers(), {"inducing"});
        const at::Tensor y = unit->forward(in, {}).transpose(1, 2);
        expectOutput(golden, y);
        return expectGradients(golden, y, unit->parameters(), {{"grad/input", x}});
    }
    const auto width = c.at("d1").get<std::int64_t>();
    const auto inner = c.at("d2").get<std::int64_t>();
    const core::GluUnit::Options options{c.at("act_fun").get<std::string>(), c.value("fina_act", std::string("none")),
                                         c.value("bias", true), 0};
    if (golden.has("params/l3.weight")) {
        core::GluUnit unit(width, inner, options, initial);
        load(golden, unit.parameters(), unit.buffers());
        const at::Tensor y = unit.forward(in, {}).transpose(1, 2);
        expectOutput(golden, y);
        return expectGradients(golden, y, unit.parameters(), {{"grad/input", x}});
    }
    core::GluV2Unit unit(width, inner, options, initial);
    load(golden, unit.parameters(), unit.buffers());
    const at::Tensor y = unit.forward(in).transpose(1, 2);
    expectOutput(golden, y);
    expectGradients(golden, y, unit.parameters(), {{"grad/input", x}});
}

void runLayer(const GoldenCase& golden)
{
    const nlohmann::json& c = golden.config;
    Initializer initial(1, golden.dtype);
    const bool lax = contains(golden.source, "laxtnn_layer");
    const auto mixer = makeGtu(c, lax ? "embed_dim" : "dim", initial);
    const auto width = c.at(lax ? "embed_dim" : "dim").get<std::int64_t>();
    const bool pre = c.at(lax ? "normalize_before" : "prenorm").get<bool>();
    const auto norm_name = c.at("norm_type").get<std::string>();
    core::GluUnit glu(width, c.at("glu_dim").get<std::int64_t>(), {"silu", "none", true, 0}, initial);
    core::ChannelNormLayer token_norm(norm_name, width, initial);
    core::ChannelNormLayer feature_norm(norm_name, width, initial);
    Group parts;
    parts.add(lax ? "self_attn.gtu" : "token_mixer", *mixer);
    parts.add(lax ? "glu" : "feature_mixer", glu);
    parts.add(lax ? "self_attn_layer_norm" : "token_norm", token_norm);
    parts.add(lax ? "final_layer_norm" : "feature_norm", feature_norm);
    load(golden, parts.parameters(), parts.buffers());
    const at::Tensor x = inputLeaf(golden);
    // laxtnn has (n, b, e), tnn-pytorch (b, n, e).
    const std::vector<std::int64_t> order =
        lax ? std::vector<std::int64_t>{1, 2, 0} : std::vector<std::int64_t>{0, 2, 1};
    const std::vector<std::int64_t> back =
        lax ? std::vector<std::int64_t>{2, 0, 1} : std::vector<std::int64_t>{0, 2, 1};
    at::Tensor h = x.permute(order);
    if (pre) {
        h = mixer->forward(token_norm(h), h);
        h = glu.forward(feature_norm(h), h);
    } else if (lax) {
        h = token_norm(mixer->forward(h, h));
        h = feature_norm(glu.forward(h, h));
    } else {
        h = h + token_norm(mixer->forward(h, {}));
        h = h + feature_norm(glu.forward(h, {}));
    }
    const at::Tensor y = h.permute(back);
    expectOutput(golden, y);
    expectGradients(golden, y, parts.parameters(), {{"grad/input", x}});
}

namespace
{

/// The mixer of an LRA configuration, by its name there ("tno", "skitno2d", ...).
MixerSettings lraSettings(const std::string& layer, const nlohmann::json& c)
{
    MixerSettings m;
    const bool two_d = contains(layer, "2d");
    m.axes = two_d ? 2 : 1;
    m.two_axis_type = c.value("tno_type", std::int64_t{4});
    m.heads = c.value("n_heads", std::int64_t{1});
    m.expand_ratio = c.value("tno_expand_ratio", 2.0);
    m.use_norm = c.value("use_norm", false);
    m.norm = c.value("norm_type", std::string("layernorm"));
    m.token_shift = std::max<std::int64_t>(c.value("token_shift_type", std::int64_t{-1}), 0);
    m.causal = c.value("causal", false);
    m.act = c.value("act_fun", std::string("silu"));
    m.normalize = c.value("normalize", false);
    m.decay = decayOf(c);
    m.gamma = c.value("gamma", 0.999);
    m.rpe = "dpb";
    m.rpe_residual = c.value("residual", false);
    m.rpe_width = c.value("dpb_embedding", std::int64_t{512});
    m.rpe_layers = c.value("dpb_layers", std::int64_t{3});
    if (contains(layer, "fd")) {
        m.kind = "fd";
        m.rpe = "mlp";
    } else if (contains(layer, "ski")) {
        m.kind = "ski";
        m.mode = "released";
        m.rank = c.value("rank", std::int64_t{two_d ? 32 : 64});
        m.band = c.value("nk", std::int64_t{two_d ? 16 : 32}) / 2 * 2 + 1;
    } else if (!two_d) {
        m.max_lag = c.value("tno_max_l", std::int64_t{512});
    }
    return m;
}

} // namespace

void runMixerBlock(const GoldenCase& golden)
{
    const nlohmann::json& c = golden.config;
    std::string layer = golden.source.substr(golden.source.rfind('/') + 1);
    layer = layer.substr(0, layer.find('.'));
    const MixerSettings mixer = lraSettings(layer, c);
    const auto width = c.at("d_model").get<std::int64_t>();
    Initializer initial(1, golden.dtype);
    MixerUnit unit(mixer, {}, width, make(mixer, width, c.at("n").get<std::int64_t>(), initial), initial);
    load(golden, unit.parameters(), unit.buffers());
    const at::Tensor x = inputLeaf(golden);
    const at::Tensor y = unit.forward(x.transpose(1, 2), {}).transpose(1, 2);
    expectOutput(golden, y);
    expectGradients(golden, y, unit.parameters(), {{"grad/input", x}});
}

void runClassifier(const GoldenCase& golden)
{
    const nlohmann::json& c = golden.config;
    const auto model = nlohmann::json::parse(c.at("model").get<std::string>());
    const auto decoder = nlohmann::json::parse(c.at("decoder").get<std::string>());
    const auto dataset = nlohmann::json::parse(c.at("dataset").get<std::string>());
    const nlohmann::json& layer = model.at("layer").at(0);
    core::Experiment e;
    e.mixer = lraSettings(layer.at("_name_").get<std::string>(), layer);
    e.model.layers = model.at("n_layers").get<std::int64_t>();
    e.model.width = model.at("d_model").get<std::int64_t>();
    e.model.norm = model.at("norm").get<std::string>();
    e.model.prenorm = model.at("prenorm").get<bool>();
    e.model.dropout = model.at("dropout").get<double>();
    e.model.embedding_dropout = model.at("encoder").at("dropout").get<double>();
    e.model.glu_ratio = model.at("layer").at(1).at("glu_expand_ratio").get<double>();
    e.model.glu_act = model.at("layer").at(1).at("act_fun").get<std::string>();
    static const std::map<std::string, std::string> kPools{
        {"pool", "mean"}, {"last", "last"}, {"first", "first"}, {"sum", "sum"}};
    e.model.pool = kPools.at(decoder.at("mode").get<std::string>());
    e.model.use_lengths = decoder.value("use_lengths", false);
    e.model.nli = decoder.value("nli", true);
    core::TaskShape shape;
    shape.classes = dataset.at("d_output").get<std::int64_t>();
    shape.vocabulary = dataset.value("n_tokens", std::int64_t{0});
    shape.max_length = c.at("L").get<std::int64_t>();
    shape.pairs = decoder.at("_name_").get<std::string>() == "retrieval";

    auto made = core::makeLraClassifier(e, shape, 1, golden.dtype, {decoder.value("activation", std::string("gelu"))});
    ASSERT_TRUE(made) << made.error().message;
    core::Classifier& classifier = **made;
    load(golden, classifier.parameters(), classifier.buffers(), {".pe"});
    classifier.setTraining(c.at("train").get<bool>());
    const bool tokens = shape.vocabulary > 0;
    const at::Tensor x = inputLeaf(golden, golden.has("input/x") ? "input/x" : "input");
    const at::Tensor lengths = golden.has("input/lengths") ? golden.tensor("input/lengths") : at::Tensor();
    const at::Tensor y = classifier.logits({tokens ? x : at::Tensor(), tokens ? at::Tensor() : x.squeeze(-1), lengths});
    expectOutput(golden, y);
    expectGradients(golden, y, classifier.parameters(),
                    tokens ? std::vector<NamedInput>{} : std::vector<NamedInput>{{"grad/input", x}});
    for (const core::NamedTensor& buffer : classifier.buffers())
        if (golden.has("buffers_after/" + buffer.name))
            expectOutput(golden, buffer.value, "buffers_after/" + buffer.name);
}

} // namespace toeplab::tests
