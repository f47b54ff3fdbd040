// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/panel_catalogue.h"

#include "widgets/panels/evolution_panel.h"
#include "widgets/panels/figure_panel.h"
#include "widgets/panels/split_panel.h"

namespace toeplab::widgets
{

std::vector<FigurePanel*> makeFigurePanels(Workspace& workspace, const LiveSession& session)
{
    const auto make = [&](const char* id, const QString& title, const QString& shows, const QString& explanation,
                          const std::vector<std::string>& kinds) {
        return new FigurePanel({QString::fromLatin1(id), title, shows, explanation}, kinds, workspace, session);
    };
    FigurePanel* const curves = make(
        "curves", FigurePanel::tr("Learning curves"), FigurePanel::tr("loss and accuracy, raw faint, smoothed strong"),
        FigurePanel::tr(
            "Cross-entropy of each training batch in nats, and accuracy. The faint line is every step as it was; "
            "the strong one is its exponential moving average, debiased so that the first steps count fully. "
            "Markers are validations on held-out samples; vertical marks are what was done: a changed learning "
            "rate, a pause, a resume.\n\nA random guess among ten answers has a loss of ln 10 = 2.30."),
        {"training"});
    curves->startWith("training", "below", std::string("accuracy"));
    auto* const split = new SplitPanel(
        {QStringLiteral("split"), FigurePanel::tr("Band and low rank"),
         FigurePanel::tr("the chosen layer's kernel as SKI would hold it"),
         FigurePanel::tr(
             "The kernel as a band (the stems: lags up to the band's width, each with its own weight) and a smooth "
             "rest "
             "that is known at a few inducing points and straight between them. Below: what neither holds.\n\nThe "
             "legend says how much of the operator's energy ‖T‖_F² the band has, and the error ‖residual‖_F / ‖T‖_F of "
             "both together. A small error at a low rank says that this layer could be a SKI layer.")},
        "split", workspace, session);
    auto* const inducing = new SplitPanel(
        {QStringLiteral("inducing"), FigurePanel::tr("Inducing points"),
         FigurePanel::tr("where the low-rank part knows the chosen layer's kernel"),
         FigurePanel::tr(
             "The inducing points on the lag axis, the straight lines between them, and the error at each lag below. "
             "The shaded lags are blind: behind the band and before the second point, where the low-rank part is one "
             "straight line whatever the kernel does.")},
        "inducing", workspace, session);
    QObject::connect(split, &SplitPanel::partsChanged, inducing, &SplitPanel::setParts);
    QObject::connect(inducing, &SplitPanel::partsChanged, split, &SplitPanel::setParts);
    return {
        curves,
        make(
            "map", FigurePanel::tr("Toeplitz map"),
            FigurePanel::tr("the chosen layer's operator, and its kernel by lag"),
            FigurePanel::tr(
                "T_ij = t_{i−j}: row i is the output position, column j the input position, colour the weight. Every "
                "pixel shows the largest |t| among the lags that it covers, so that a spike one lag wide is visible at "
                "every zoom. Below: the same kernel by lag k, median over channels with the quartile band.\n\n"
                "Left of the diagonal is the past, right of it the future: a causal layer is empty there."),
            {"toeplitz"}),
        make("frequency", FigurePanel::tr("Frequency"),
             FigurePanel::tr("the chosen layer's response: magnitude and phase"),
             FigurePanel::tr(
                 "H(ω) = Σ_k t_k e^{−iωk}, from slow (ω = 0) to alternating (ω = π) patterns along the sequence. A "
                 "low-pass "
                 "layer averages its neighbourhood; a flat response comes from a single spike. The magnitude is in dB, "
                 "20 log₁₀|H|."),
             {"frequency"}),
        split,
        inducing,
        new EvolutionPanel(workspace, session),
        make("scores", FigurePanel::tr("Scores"), FigurePanel::tr("the ladder's scores over training or depth"),
             FigurePanel::tr(
                 "One of the ladder's scores for each layer over the training steps, or over the layers at the newest "
                 "snapshot; the band is the quartiles over channels. The menu chooses the score.\n\nSpikiness is the "
                 "share of the kernel's energy that lies close to the diagonal: 1 for a kernel that looks at its "
                 "neighbours only."),
             {"spikiness"}),
        make("compare", FigurePanel::tr("Compare"), FigurePanel::tr("the open runs over one another"),
             FigurePanel::tr(
                 "The runs that have been opened in this window, each in its own colour, which it keeps in every plot. "
                 "Click runs in the list to add them."),
             {"compare"}),
    };
}

} // namespace toeplab::widgets
