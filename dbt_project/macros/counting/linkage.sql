{#-
    The columns of a measure of the linkage's accuracy, as the linkage leaves them in `linkage.quality`: the models that
    hand them on name them from here.
-#}
{%- macro linkage_accuracy_columns() -%}
    {{ return([
        'model_version', 'source', 'measure', 'breakdown', 'breakdown_value', 'unit', 'numerator', 'denominator', 'value',
        'ci_low', 'ci_high', 'match_weight', 'reason'
    ]) }}
{%- endmacro -%}
