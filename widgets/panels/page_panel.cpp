// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/page_panel.h"

#include "widgets/dialogs/export_form.h"
#include "widgets/dialogs/figure_preview.h"
#include "widgets/models/kernel_store.h"
#include "widgets/models/run_document.h"
#include "widgets/models/workspace.h"
#include "widgets/panels/figure_panel.h"
#include "widgets/panels/option_form.h"
#include "widgets/style/appearance.h"

#include <QtWidgets/QComboBox>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QLabel>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QScrollArea>
#include <QtWidgets/QVBoxLayout>

namespace toeplab::widgets
{

namespace
{

constexpr int kFormWidth = 400;

} // namespace

PagePanel::PagePanel(Workspace& workspace, const std::vector<FigurePanel*>& panels, const QString& folder,
                     QWidget* parent)
    : Panel({QStringLiteral("page"), tr("Figure"), tr("the page as it will be printed"),
             tr("A figure of the chosen run, layer, channel and step, drawn on its page exactly as the export writes "
                "it: the width of the venue's column, its text size, light unless you ask for dark.\n\n"
                "Every kind that `toeplab figure --list` names can be chosen; `toeplab figure` draws the same.")},
            parent),
      workspace_(workspace), panels_(panels), spec_(makeSpec("training")), kind_(new QComboBox),
      options_(new OptionForm), form_(new ExportForm(spec_, folder, QStringLiteral("figure"))),
      export_(new QPushButton(tr("Export"))), preview_(new FigurePreview), work_(new QWidget), sentence_(new QLabel)
{
    buildForm();
    connect(kind_, &QComboBox::activated, this,
            [this](int index) { setKind(kind_->itemData(index).toString().toStdString()); });
    connect(options_, &OptionForm::changed, this, [this](const std::string& key, const OptionValue& value) {
        spec_.options[key] = value;
        follow();
    });
    connect(form_, &ExportForm::changed, this, &PagePanel::redraw);
    connect(form_, &ExportForm::exported, this, &PagePanel::exported);
    connect(form_, &ExportForm::busyChanged, this, [this](bool busy) {
        export_->setEnabled(!busy);
        setBusy(busy);
    });
    connect(export_, &QPushButton::clicked, form_, &ExportForm::run);
    connect(&workspace_, &Workspace::currentChanged, this, &PagePanel::follow);
    connect(&workspace_, &Workspace::headerChanged, this, &PagePanel::follow);
    connect(&workspace_, &Workspace::layerChanged, this, &PagePanel::follow);
    connect(&workspace_, &Workspace::channelChanged, this, &PagePanel::follow);
    connect(&workspace_, &Workspace::cursorChanged, this, &PagePanel::follow);
    setKind("toeplitz");
}

void PagePanel::buildForm()
{
    kind_->setObjectName(QStringLiteral("page-kind"));
    kind_->setAccessibleName(tr("Kind of figure"));
    for (const FigureKind& kind : figureKinds()) {
        kind_->addItem(QString::fromStdString(kind.title), QString::fromStdString(kind.id));
        kind_->setItemData(kind_->count() - 1, QString::fromStdString(kind.shows), Qt::ToolTipRole);
    }
    export_->setObjectName(QStringLiteral("page-export"));
    export_->setProperty("primary", true);
    export_->setMinimumHeight(32);
    sentence_->setText(tr("A figure appears here when a run is open."));
    sentence_->setAlignment(Qt::AlignCenter);
    sentence_->setObjectName(QStringLiteral("page-sentence"));
    setTextRole(*sentence_, TextRole::Muted);
    auto* content = new QWidget;
    auto* fields = new QVBoxLayout(content);
    fields->setContentsMargins(0, 0, kSpace3, 0);
    fields->setSpacing(kSpace4);
    fields->addWidget(options_);
    fields->addWidget(form_);
    fields->addStretch(1);
    auto* scroll = new QScrollArea;
    scroll->setWidget(content);
    content->setAutoFillBackground(false);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->viewport()->setAutoFillBackground(false);
    auto* left = new QVBoxLayout;
    left->setSpacing(kSpace3);
    left->addWidget(kind_);
    left->addWidget(scroll, 1);
    left->addWidget(export_);
    auto* side = new QWidget;
    side->setFixedWidth(kFormWidth);
    left->setContentsMargins(0, 0, 0, 0);
    side->setLayout(left);
    auto* row = new QHBoxLayout(work_);
    row->setContentsMargins(kSpace2, kSpace1, kSpace2, kSpace2);
    row->setSpacing(kSpace4);
    row->addWidget(side);
    row->addWidget(preview_, 1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(work_, 1);
    column->addWidget(sentence_, 1);
}

void PagePanel::setKind(const std::string& kind)
{
    spec_ = makeSpec(kind);
    for (const FigurePanel* panel : panels_) {
        if (panel->view().spec().kind == kind) {
            spec_.options = panel->view().spec().options;
        }
    }
    kind_->setCurrentIndex(kind_->findData(QString::fromStdString(kind)));
    options_->show(spec_);
    follow();
}

void PagePanel::follow()
{
    RunDocument* const run = workspace_.current();
    work_->setVisible(run != nullptr);
    sentence_->setVisible(run == nullptr);
    if (run == nullptr) {
        return;
    }
    spec_.runs = {run->path().toStdString()};
    if (spec_.kind == "compare") {
        spec_.runs.clear();
        for (const auto& open : workspace_.documents()) {
            spec_.runs.push_back(open->path().toStdString());
        }
    }
    if (const core::LayerInfo layer = workspace_.layer(); layer.layer > 0) {
        spec_.layer = layer.layer;
        spec_.axis = layer.axis;
    }
    spec_.channel = workspace_.channel();
    const auto& steps = run->kernels().steps(workspace_.layerIndex());
    spec_.snapshot = workspace_.cursor() < 0 && !steps.empty() ? steps.back() : workspace_.cursor();
    form_->setFigure(spec_, run->name() + QLatin1Char('-') + QString::fromStdString(spec_.kind));
}

void PagePanel::redraw()
{
    if (workspace_.current() != nullptr) {
        preview_->setSpec(form_->spec());
    }
}

std::optional<FigureSpec> PagePanel::figure() const
{
    return workspace_.current() == nullptr ? std::nullopt : std::optional(form_->spec());
}

} // namespace toeplab::widgets
