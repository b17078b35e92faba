package main

// packageSchema is what is read of a Pulumi package schema.
type packageSchema struct {
	Version   string                `json:"version"`
	Types     map[string]objectType `json:"types"`
	Resources map[string]struct {
		Properties      map[string]property `json:"properties"`
		InputProperties map[string]property `json:"inputProperties"`
		RequiredInputs  []string            `json:"requiredInputs"`
	} `json:"resources"`
	Functions map[string]struct {
		Inputs  objectType `json:"inputs"`
		Outputs objectType `json:"outputs"`
	} `json:"functions"`
}

type objectType struct {
	Properties map[string]property `json:"properties"`
	Required   []string            `json:"required"`
}

type property struct {
	Type                 string    `json:"type"`
	Ref                  string    `json:"$ref"`
	Items                *property `json:"items"`
	AdditionalProperties *property `json:"additionalProperties"`
	Secret               bool      `json:"secret"`
}

// mapping is what is read of a bridged provider's Terraform mapping.
type mapping struct {
	Provider struct {
		Resources   map[string]map[string]attribute `json:"resources"`
		DataSources map[string]map[string]attribute `json:"dataSources"`
	} `json:"provider"`
	Resources   map[string]mapped `json:"resources"`
	DataSources map[string]mapped `json:"dataSources"`
}

type mapped struct {
	Token  string              `json:"tok"`
	Fields map[string]override `json:"fields"`
}

// override is what the bridge changes about an attribute.
type override struct {
	Name        string `json:"name"`
	MaxItemsOne *bool  `json:"maxItemsOne"`
	Default     *struct {
		AutoNamed bool `json:"autonamed"`
	} `json:"default"`
	Fields map[string]override `json:"fields"`
}

// attribute is an attribute of a Terraform schema. Type counts the bridge's value
// types from 0, invalid.
type attribute struct {
	Type     int  `json:"type"`
	Optional bool `json:"optional"`
	Required bool `json:"required"`
	Computed bool `json:"computed"`
	ForceNew bool `json:"forceNew"`
	MaxItems int  `json:"maxItems"`
	Element  struct {
		Schema   *attribute           `json:"schema"`
		Resource map[string]attribute `json:"resource"`
	} `json:"element"`
}

// The bridge's shim.ValueType constants that matter here.
const (
	typeList = 5
	typeSet  = 7
)
