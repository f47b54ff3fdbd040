// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/figure_panel.h"

#include "widgets/figures/figure_export.h"
#include "widgets/models/kernel_store.h"
#include "widgets/models/live_session.h"
#include "widgets/models/run_document.h"
#include "widgets/models/workspace.h"
#include "widgets/panels/waiting.h"
#include "widgets/plots/number_format.h"
#include "widgets/style/appearance.h"

#include <QtCore/QEvent>
#include <QtCore/QTimer>
#include <QtGui/QActionGroup>
#include <QtGui/QImage>
#include <QtWidgets/QInputDialog>
#include <QtWidgets/QLabel>
#include <QtWidgets/QMenu>
#include <QtWidgets/QVBoxLayout>

#include <algorithm>

namespace toeplab::widgets
{

namespace
{

/// Live panels follow at this pace: smooth to read, and the cores belong to the training.
constexpr int kSoonMs = 120;

[[nodiscard]] QString qt(const std::string& text)
{
    return QString::fromStdString(text);
}

} // namespace

FigurePanel::FigurePanel(PanelText text, const std::vector<std::string>& kinds, Workspace& workspace,
                         const LiveSession& session, QWidget* parent)
    : Panel(std::move(text), parent), workspace_(workspace), session_(session), column_(new QVBoxLayout(this)),
      drawing_(new QWidget), sentence_(new QLabel), soon_(new QTimer(this))
{
    column_->setContentsMargins(0, 0, 0, 0);
    column_->setSpacing(kSpace1);
    auto* views = new QVBoxLayout(drawing_);
    views->setContentsMargins(0, 0, 0, 0);
    views->setSpacing(0);
    for (const std::string& kind : kinds) {
        auto* view = new FigureView(makeSpec(kind));
        view->setObjectName(this->text().id + QStringLiteral("-") + qt(kind));
        view->setTheme(currentTheme().kind);
        connectView(*view);
        // The first view is the panel's subject; what stands under it has half its height.
        views->addWidget(view, views_.empty() ? 2 : 1);
        views_.push_back(view);
    }
    sentence_->setWordWrap(true);
    sentence_->setAlignment(Qt::AlignCenter);
    sentence_->setMargin(kSpace4);
    sentence_->setObjectName(this->text().id + QStringLiteral("-sentence"));
    sentence_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setTextRole(*sentence_, TextRole::Muted);
    column_->addWidget(drawing_, 1);
    column_->addWidget(sentence_, 1);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);

    soon_->setSingleShot(true);
    soon_->setInterval(kSoonMs);
    connect(soon_, &QTimer::timeout, this, &FigurePanel::refreshViews);
    connectWorkspace();
    refreshViews();
}

void FigurePanel::connectWorkspace()
{
    connect(&workspace_, &Workspace::currentChanged, this, &FigurePanel::schedule);
    connect(&workspace_, &Workspace::headerChanged, this, &FigurePanel::schedule);
    connect(&workspace_, &Workspace::stateChanged, this, &FigurePanel::schedule);
    connect(&session_, &LiveSession::statusChanged, this, [this] {
        if (isEmpty()) {
            schedule(); // only the sentence depends on it
        }
    });
    FigureNeeds all;
    for (const FigureView* view : views_) {
        const FigureNeeds& needs = findKind(view->spec().kind)->needs;
        all.rows = all.rows || needs.rows;
        all.ladder = all.ladder || needs.ladder;
        all.ladder_frame = all.ladder_frame || needs.ladder_frame;
        all.kernel = all.kernel || needs.kernel || needs.all_layers || needs.snapshots;
    }
    if (all.rows) {
        connect(&workspace_, &Workspace::rowsChanged, this, &FigurePanel::schedule);
    }
    if (all.ladder || all.ladder_frame) {
        connect(&workspace_, &Workspace::ladderChanged, this, &FigurePanel::schedule);
    }
    if (all.kernel) {
        connect(&workspace_, &Workspace::kernelsChanged, this, &FigurePanel::schedule);
        connect(&workspace_, &Workspace::layerChanged, this, &FigurePanel::refreshViews);
        connect(&workspace_, &Workspace::channelChanged, this, &FigurePanel::refreshViews);
        connect(&workspace_, &Workspace::cursorChanged, this, &FigurePanel::refreshViews);
    }
    connect(&workspace_, &Workspace::crosshairChanged, this, [this](LinkAxis axis, double position) {
        for (FigureView* view : views_) {
            view->setCrosshair(axis, position);
        }
    });
}

void FigurePanel::connectView(FigureView& view)
{
    connect(&view, &FigureView::crosshairMoved, &workspace_, &Workspace::setCrosshair);
    connect(&view, &FigureView::readoutChanged, &workspace_, &Workspace::setReadout);
    connect(&view, &FigureView::snapshotActivated, &workspace_, &Workspace::setCursor);
    connect(&view, &FigureView::layerActivated, this, [this](qint64 layer) {
        if (workspace_.current() == nullptr) {
            return;
        }
        const auto& layers = workspace_.current()->header().layers;
        for (std::size_t i = 0; i < layers.size(); ++i) {
            if (layers[i].layer == layer) {
                workspace_.setLayerIndex(i);
                return;
            }
        }
    });
    connect(&view, &FigureView::contextMenuWanted, this, [this](const QPoint& place) {
        QMenu menu;
        fillMenu(menu);
        menu.addSeparator();
        menu.addAction(tr("Export…"), this, &Panel::exportWanted)->setEnabled(figure().has_value());
        menu.addAction(tr("Show as table"), this, &Panel::tableWanted)->setEnabled(figure().has_value());
        menu.addAction(tr("What am I looking at?"), this, &Panel::explanationWanted);
        menu.exec(place);
    });
}

void FigurePanel::schedule()
{
    if (isVisible() && !soon_->isActive()) {
        soon_->start();
    }
}

void FigurePanel::showEvent(QShowEvent* event)
{
    Panel::showEvent(event);
    refreshViews();
}

void FigurePanel::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange) {
        for (FigureView* view : views_) {
            view->setTheme(currentTheme().kind);
        }
    }
    Panel::changeEvent(event);
}

bool FigurePanel::isEmpty() const
{
    const FigureNeeds& needs = findKind(views_.front()->spec().kind)->needs;
    const FigureData& shown = views_.front()->data();
    if (needs.kernel || needs.all_layers) {
        return shown.kernels.empty();
    }
    if (needs.snapshots) {
        return shown.snapshots.empty();
    }
    return std::all_of(shown.runs.begin(), shown.runs.end(),
                       [](const FigureRun& run) { return run.training.empty() && run.validation.empty(); });
}

std::vector<const RunDocument*> FigurePanel::runsOf(const FigureKind& kind) const
{
    if (kind.id != "compare") {
        return {workspace_.current()};
    }
    std::vector<const RunDocument*> open;
    for (const auto& document : workspace_.documents()) {
        open.push_back(document.get());
    }
    return open;
}

FigureData FigurePanel::dataFor(const FigureKind& kind) const
{
    FigureData values;
    RunDocument* const run = workspace_.current();
    if (run == nullptr) {
        return values;
    }
    const std::size_t layer_index = workspace_.layerIndex();
    for (const RunDocument* shown : runsOf(kind)) {
        values.runs.push_back(shown->rows());
    }
    if (kind.needs.ladder_frame) {
        values.ladder = run->ladder();
    }
    if (kind.needs.all_layers) {
        for (std::size_t i = 0; i < run->header().layers.size(); ++i) {
            if (auto frame = run->kernels().at(i, workspace_.cursor())) {
                values.kernels.push_back(std::move(frame));
            }
        }
    } else if (kind.needs.kernel) {
        if (auto frame = run->kernels().at(layer_index, workspace_.cursor())) {
            values.kernels.push_back(std::move(frame));
        }
    }
    if (kind.needs.snapshots) {
        values.snapshots = run->kernels().track(layer_index);
    }
    return values;
}

void FigurePanel::updateView(FigureView& view)
{
    FigureSpec spec = view.spec();
    const core::LayerInfo layer = workspace_.layer();
    if (layer.layer > 0) {
        spec.layer = layer.layer;
        spec.axis = layer.axis;
    }
    spec.channel = workspace_.channel();
    spec.snapshot = workspace_.cursor();
    spec.runs.clear();
    if (workspace_.current() != nullptr) {
        for (const RunDocument* run : runsOf(*findKind(spec.kind))) {
            spec.runs.push_back(run->path().toStdString());
        }
    }
    FigureData values = dataFor(*findKind(spec.kind));
    // While the next kernel is being read the last one stays on screen, with the busy mark.
    const bool waiting = workspace_.current() != nullptr && workspace_.current()->kernels().isReading();
    const bool keep = waiting && values.kernels.empty() && !view.data().kernels.empty() &&
                      findKind(spec.kind)->needs.kernel && !view.data().runs.empty() &&
                      view.data().runs.front().id == values.runs.front().id;
    if (!keep) {
        if (spec != view.spec()) {
            view.setSpec(std::move(spec));
        }
        view.setData(std::move(values));
    }
}

void FigurePanel::refreshViews()
{
    soon_->stop();
    if (!isVisible()) {
        return; // showEvent catches up
    }
    for (FigureView* view : views_) {
        updateView(*view);
    }
    const bool empty = isEmpty();
    if (empty) {
        sentence_->setText(sentence());
    }
    drawing_->setVisible(!empty);
    sentence_->setVisible(empty);
    const FigureNeeds& needs = findKind(views_.front()->spec().kind)->needs;
    const bool reads_kernels = needs.kernel || needs.snapshots || needs.all_layers;
    setBusy(reads_kernels && workspace_.current() != nullptr && workspace_.current()->kernels().isReading());
}

QString FigurePanel::sentence() const
{
    return waitingSentence(session_, workspace_, qt(findKind(views_.front()->spec().kind)->empty));
}

std::optional<FigureSpec> FigurePanel::figure() const
{
    if (isEmpty()) {
        return std::nullopt;
    }
    FigureSpec spec = views_.front()->specOnScreen();
    // The newest is another snapshot a second later: an export says which one was on screen.
    if (spec.snapshot < 0 && workspace_.current() != nullptr) {
        const auto& steps = workspace_.current()->kernels().steps(workspace_.layerIndex());
        if (!steps.empty()) {
            spec.snapshot = steps.back();
        }
    }
    return spec;
}

QImage FigurePanel::image() const
{
    return isEmpty() ? QImage() : renderImage(views_.front()->specOnScreen(), views_.front()->data());
}

void FigurePanel::resetView()
{
    for (FigureView* view : views_) {
        view->resetView();
    }
}

void FigurePanel::fillMenu(QMenu& menu)
{
    for (FigureView* view : views_) {
        const FigureKind* const kind = findKind(view->spec().kind);
        if (kind->options.empty()) {
            continue;
        }
        QMenu& target = views_.size() == 1 ? menu : *menu.addMenu(qt(kind->title));
        for (const FigureOption& option : kind->options) {
            addOption(target, *view, option);
        }
    }
    menu.addSeparator();
    menu.addAction(tr("Whole data (0)"), this, [this] { resetView(); });
}

void FigurePanel::addOption(QMenu& menu, FigureView& view, const FigureOption& option)
{
    const std::string kind = view.spec().kind;
    if (std::holds_alternative<bool>(option.fallback)) {
        QAction* const action = menu.addAction(qt(option.label));
        action->setCheckable(true);
        action->setChecked(view.spec().flag(option.key));
        action->setToolTip(qt(option.meaning));
        connect(action, &QAction::toggled, this, [this, kind, option](bool on) { setOption(kind, option, on); });
    } else if (!option.choices.empty()) {
        QMenu* const choices = menu.addMenu(qt(option.label));
        auto* group = new QActionGroup(choices);
        for (const std::string& choice : option.choices) {
            QAction* const action = choices->addAction(qt(choice));
            action->setCheckable(true);
            action->setChecked(view.spec().text(option.key) == choice);
            group->addAction(action);
            connect(action, &QAction::triggered, this,
                    [this, kind, option, choice] { setOption(kind, option, choice); });
        }
    } else if (std::holds_alternative<double>(option.fallback)) {
        const double value = view.spec().number(option.key);
        menu.addAction(
            QStringLiteral("%1: %2…").arg(qt(option.label),
                                          value == 0 && !option.zero.empty() ? qt(option.zero) : formatShortest(value)),
            this, [this, kind, option, value] {
                bool accepted = false;
                const double wanted = QInputDialog::getDouble(this, qt(option.label), qt(option.meaning), value,
                                                              option.lowest, option.highest, 4, &accepted);
                if (accepted) {
                    setOption(kind, option, wanted);
                }
            });
    }
}

} // namespace toeplab::widgets
