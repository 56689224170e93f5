sw_module(sigma_logsource SOURCES logsource.cpp logsource_derive.cpp logsource_load.cpp DEPS base event yaml)
sw_test(sigma_logsource SOURCES logsource_test.cpp logsource_load_test.cpp DEPS sigma_logsource)
